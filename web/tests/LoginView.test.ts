import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'

import { ApiError } from '@/api/client'
import { useLogin } from '@/composables/useLogin'
import { wayBack } from '@/router/wayBack'

import { show } from './mounting'

function door(logIn: () => Promise<void>, language: 'en' | 'zh' = 'en') {
  let login: ReturnType<typeof useLogin> | undefined
  const attempt = vi.fn(logIn)
  const Door = defineComponent(() => {
    login = useLogin({ logIn: attempt })
    return () => h('p')
  })
  show(Door, {}, { language })
  if (!login) throw new Error('the door was not set up')
  login.username.value = 'miniadmin'
  login.password.value = 'secret'
  return { login, attempt }
}

beforeEach(() => vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => vi.useRealTimers())

describe('a login', () => {
  it('that works shows no message', async () => {
    const { login, attempt } = door(() => Promise.resolve())
    expect(await login.submit()).toBe(true)
    expect(attempt).toHaveBeenCalledExactlyOnceWith('miniadmin', 'secret')
    expect(login.sentence.value).toBeNull()
  })

  it('that is wrong does not say which part was', async () => {
    const refuse = () => Promise.reject(new ApiError(401, 'No.'))
    const { login } = door(refuse)
    expect(await login.submit()).toBe(false)
    expect(login.sentence.value).toBe('The username or the password is wrong.')
    const chinese = door(refuse, 'zh').login
    await chinese.submit()
    expect(chinese.sentence.value).toBe('账号或密码错误。')
  })

  it('after too many tries counts the seconds down, and is not sent before they are over', async () => {
    const { login, attempt } = door(() => Promise.reject(new ApiError(429, 'Wait.', 30)))
    await login.submit()
    expect(login.sentence.value).toContain('30 s')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(login.sentence.value).toContain('20 s')
    await login.submit()
    expect(attempt).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(login.sentence.value).toBeNull()
    await login.submit()
    expect(attempt).toHaveBeenCalledTimes(2)
  })

  it('that is incomplete is not sent', async () => {
    const { login, attempt } = door(() => Promise.resolve())
    login.password.value = ''
    expect(await login.submit()).toBe(false)
    expect(attempt).not.toHaveBeenCalled()
    expect(login.sentence.value).toBe('Enter a username and a password.')
  })

  it('at a panel that is away says so', async () => {
    const { login } = door(() => Promise.reject(new ApiError(0, 'away')))
    await login.submit()
    expect(login.sentence.value).toBe('The panel can’t be reached.')
  })

  it('is sent once, however often it is submitted meanwhile', async () => {
    const { login, attempt } = door(() => new Promise(() => undefined))
    void login.submit()
    void login.submit()
    await flushPromises()
    expect(attempt).toHaveBeenCalledOnce()
  })
})

describe('the way back', () => {
  it.each([
    ['/history/node01?period=7d', '/history/node01?period=7d'],
    [undefined, '/'],
    ['https://elsewhere.example/', '/'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
  ])('of %s is %s', (to, expected) => {
    expect(wayBack(to)).toBe(expected)
  })
})
