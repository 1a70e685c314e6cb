/** English: accounts, access and logging in. */

export const account = {
  label: 'Account',
  of: 'Account: {name}',
  viewer: 'Viewer',
  logOut: 'Log out',
}

export const access = {
  sessions: 'Sessions',
  tokens: 'API tokens',
  kiosks: 'Wall screens',
  audit: 'Audit',
  is: {
    sessions: 'Where you are logged in. Ending a session logs it out at once.',
    allSessions: 'Who is logged in, and where. Ending a session logs it out at once.',
    tokens: 'With a token, another program can read the panel. It can’t change anything.',
    kiosks: 'Links that show the realtime view on a wall screen without a password. A wall screen can’t change anything.',
    audit: 'Who logged in, from where, and who created, ended or removed what.',
  },
  user: 'User',
  since: 'Since',
  from: 'From',
  browser: 'Browser',
  seen: 'Last seen',
  current: 'this browser',
  now: 'now',
  ago: '{age} ago',
  end: 'End',
  noSessions: 'No sessions: the proxy in front of the panel identifies you with each request.',
  name: 'Name',
  scope: 'Scope',
  scopes: {
    metrics: 'metrics: GET /metrics only',
    read: 'read: everything that can be read',
  },
  days: 'Days',
  by: 'Created by',
  madeBy: '{who}, {day}',
  until: 'Valid until',
  over: '{day} (expired)',
  used: 'Last used',
  usedFrom: '{ago}, from {address}',
  never: 'never',
  add: {
    token: 'Create token',
    kiosk: 'Create link',
  },
  once: {
    token: 'Copy the API token “{name}” now: it is shown only once.',
    kiosk: 'Open this link on the wall screen “{name}”. Copy it now: it is shown only once.',
  },
  none: {
    token: 'No API tokens yet.',
    kiosk: 'No wall screens yet.',
    audit: 'Nothing happened in this period.',
  },
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser does not allow copying; press Ctrl+C.',
  done: 'Done',
  remove: 'Remove',
  removeOne: 'Remove: {name}',
  removeSure: 'Remove “{name}” for good',
  keep: 'Keep',
  when: 'When',
  who: 'Who',
  what: 'What',
  times: '{deed} ({times} times since {since})',
  places: {
    commandLine: 'the command line',
    otherAddresses: 'other addresses',
  },
  newestOnly: 'The newest {count}; “minipanel access audit” lists all.',
  newer: 'Previous page',
  older: 'Next page',
  range: '{from} to {to} of {all}',
}

export const deed = {
  login: 'logged in',
  login_failed: 'a login failed',
  proxy_login: 'logged in through the proxy',
  logout: 'logged out',
  session_ended: 'ended a session of {subject}',
  token_added: 'created the API token {subject}',
  token_removed: 'removed the API token {subject}',
  kiosk_added: 'created the wall screen {subject}',
  kiosk_opened: 'the link of the wall screen {subject} was opened',
  kiosk_removed: 'removed the wall screen {subject}',
  user_added: 'added the user {subject}',
  user_removed: 'removed the user {subject}',
  password_set: 'set the password of {subject}',
}

export const kiosk = {
  closed: 'The link of this wall screen was removed, has expired or is incomplete; an admin can create a new one.',
  again: 'Trying again …',
}

export const login = {
  title: 'Log in',
  username: 'Username',
  password: 'Password',
  show: 'Show',
  submit: 'Log in',
  incomplete: 'Enter a username and a password.',
  wrong: 'The username or the password is wrong.',
  ended: 'Your session was ended elsewhere; log in again.',
  expired: 'Your session has expired; log in again.',
  tooMany: 'Too many attempts. Try again in {seconds} s.',
}
