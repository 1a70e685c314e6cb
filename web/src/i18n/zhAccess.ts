/** Simplified Chinese: accounts, access and logging in. */

import type { Messages } from './en'

export const account: Messages['account'] = {
  label: '账号',
  of: '账号：{name}',
  viewer: '只读用户',
  logOut: '退出登录',
}

export const access: Messages['access'] = {
  sessions: '会话',
  tokens: 'API 令牌',
  kiosks: '大屏',
  audit: '审计记录',
  is: {
    sessions: '当前账号的登录会话；结束后立即失效。',
    allSessions: '所有用户的登录会话；结束后立即失效。',
    tokens: '供其他程序读取面板数据；令牌不能作任何改动。',
    kiosks: '大屏专用链接：无需密码即可显示实时信息，不能作任何改动。',
    audit: '登录记录，以及会话、令牌、大屏和用户的变更记录。',
  },
  user: '用户',
  since: '登录时间',
  from: '来源',
  browser: '浏览器',
  seen: '最近活动',
  current: '本浏览器',
  now: '刚刚',
  ago: '{age}前',
  end: '结束',
  noSessions: '没有会话：由面板前的代理服务器在每个请求中标明用户身份。',
  name: '名称',
  scope: '范围',
  scopes: {
    metrics: 'metrics：仅 GET /metrics',
    read: 'read：所有可读取的内容',
  },
  days: '有效天数',
  by: '创建者',
  madeBy: '{who}，{day}',
  until: '有效期至',
  over: '{day}（已过期）',
  used: '最近使用',
  usedFrom: '{ago}，来自 {address}',
  never: '从未使用',
  add: {
    token: '创建令牌',
    kiosk: '创建链接',
  },
  once: {
    token: '请立即复制 API 令牌“{name}”：仅显示这一次。',
    kiosk: '请在大屏“{name}”上打开此链接，并立即复制：仅显示这一次。',
  },
  none: {
    token: '暂无 API 令牌。',
    kiosk: '暂无大屏。',
    audit: '这段时间内没有记录。',
  },
  copy: '复制',
  copied: '已复制。',
  notCopied: '浏览器不允许网页复制，请按 Ctrl+C。',
  done: '完成',
  remove: '移除',
  removeOne: '移除：{name}',
  removeSure: '确定移除“{name}”',
  keep: '取消',
  when: '时间',
  who: '用户',
  what: '操作',
  times: '{deed}（自 {since} 起共 {times} 次）',
  places: {
    commandLine: '命令行',
    otherAddresses: '其他地址',
  },
  newestOnly: '仅显示最新的 {count} 条；全部记录请用 minipanel access audit 查看。',
  newer: '上一页',
  older: '下一页',
  range: '第 {from}–{to} 条，共 {all} 条',
}

export const deed: Messages['deed'] = {
  login: '登录',
  login_failed: '登录失败',
  proxy_login: '经代理服务器登录',
  logout: '退出登录',
  session_ended: '结束了 {subject} 的一个会话',
  token_added: '创建了 API 令牌 {subject}',
  token_removed: '移除了 API 令牌 {subject}',
  kiosk_added: '创建了大屏 {subject}',
  kiosk_opened: '大屏 {subject} 的链接被打开',
  kiosk_removed: '移除了大屏 {subject}',
  user_added: '添加了用户 {subject}',
  user_removed: '移除了用户 {subject}',
  password_set: '设置了 {subject} 的密码',
}

export const kiosk: Messages['kiosk'] = {
  closed: '此大屏链接已移除、已过期或不完整，请联系管理员创建新链接。',
  again: '正在重试…',
}

export const login: Messages['login'] = {
  title: '登录',
  username: '账号',
  password: '密码',
  show: '显示',
  submit: '登录',
  incomplete: '请输入账号和密码。',
  wrong: '账号或密码错误。',
  ended: '会话已在别处结束，请重新登录。',
  expired: '会话已过期，请重新登录。',
  tooMany: '尝试次数过多，请在 {seconds} 秒后重试。',
}
