import { flushPromises } from '@vue/test-utils'
import { ref } from 'vue'
import { expect, test, vi } from 'vitest'

import type { GroupAnswer } from '@/api/client'
import { createGroups } from '@/composables/useGroups'

const RACK: GroupAnswer = { name: 'Rack3', source: 'config', nodes: 'n[1-2].hpc,login' }

test('groups are read at the start and after each restart, and keep their identity while nothing changes', async () => {
  const restarts = ref(0)
  const read = vi.fn(() => Promise.resolve([RACK]))
  const { groups, nodesOf } = createGroups({ groups: read }, restarts)
  await flushPromises()
  restarts.value = 1
  await flushPromises()
  expect(read).toHaveBeenCalledTimes(1)
  expect(groups.value).toEqual([{ name: 'Rack3', source: 'config', nodes: ['n1.hpc', 'n2.hpc', 'login'] }])
  expect(nodesOf('rack3')).toEqual(['n1.hpc', 'n2.hpc', 'login'])
  expect(nodesOf('rack4')).toBeUndefined()

  const before = groups.value
  restarts.value = 2
  await flushPromises()
  expect(read).toHaveBeenCalledTimes(2)
  expect(groups.value).toBe(before)

  read.mockResolvedValueOnce([{ ...RACK, nodes: 'login' }])
  restarts.value = 3
  await flushPromises()
  expect(nodesOf('Rack3')).toEqual(['login'])
})

test('without an answer the last groups stay, and the first snapshot reads them again', async () => {
  const restarts = ref(0)
  const read = vi.fn<() => Promise<GroupAnswer[]>>().mockRejectedValueOnce(new Error('no answer')).mockResolvedValueOnce([RACK]).mockRejectedValue(new Error('gone'))
  const { groups } = createGroups({ groups: read }, restarts)
  await flushPromises()
  expect(groups.value).toEqual([])
  restarts.value = 1
  await flushPromises()
  restarts.value = 2
  await flushPromises()
  expect(groups.value.map(({ name }) => name)).toEqual(['Rack3'])
})
