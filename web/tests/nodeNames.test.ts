// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { sharedDomain, shortNamed } from '@/nodeNames'

describe('names without the domain that all share', () => {
  it.each([
    [['n1.hpc.org', 'n2.hpc.org'], '.hpc.org'],
    [['n1.hpc.org', 'mgmt'], '.hpc.org'],
    [['n1.ib.hpc.org', 'n2.eth.hpc.org'], '.hpc.org'],
    [['n1.hpc.org', 'n2.other.net'], ''],
    [['n1', 'n2'], ''],
    [[], ''],
    // Both would be n1.
    [['n1.hpc.org', 'n1', 'n2.hpc.org'], ''],
  ])('of %j it is %j', (names, domain) => {
    expect(sharedDomain(names)).toBe(domain)
  })

  it('change nothing else of the nodes', () => {
    expect(shortNamed([{ id: 1, name: 'n1.hpc.org' }, { id: 2, name: 'n2.hpc.org' }])).toEqual([{ id: 1, name: 'n1' }, { id: 2, name: 'n2' }])
    const nodes = [{ name: 'n1' }]
    expect(shortNamed(nodes)).toBe(nodes)
  })
})
