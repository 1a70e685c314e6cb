// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

const SOURCE = join(import.meta.dirname, '../src')
/** A longer component probably does two things. */
const MOST_LINES = 200

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf-8' }).filter((file) => file.endsWith('.vue'))

describe('the components', () => {
  it.each(files)('%s is small', (file) => {
    expect(readFileSync(join(SOURCE, file), 'utf-8').split('\n').length).toBeLessThanOrEqual(MOST_LINES)
  })

  it.each(files)('%s takes no HTML from data', (file) => {
    expect(readFileSync(join(SOURCE, file), 'utf-8')).not.toMatch(/v-html|innerHTML/)
  })
})
