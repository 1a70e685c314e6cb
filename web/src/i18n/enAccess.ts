/** English: who may look, and how one comes in. */

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
    sessions: 'Where you are logged in. A session that is ended is over at once.',
    allSessions: 'Who is logged in, and where. A session that is ended is over at once.',
    tokens: 'What other programs read the panel with. A token changes nothing.',
    kiosks: 'Links that show the realtime view on a wall screen, without a password. A wall screen changes nothing.',
    audit: 'Who logged in, from where, and who made or ended what.',
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
  noSessions: 'No session: the proxy before the panel says with each request who you are.',
  name: 'Name',
  scope: 'Scope',
  scopes: {
    metrics: 'metrics: GET /metrics alone',
    read: 'read: all that can be read',
  },
  days: 'Days',
  by: 'Made by',
  madeBy: '{who}, {day}',
  until: 'Good until',
  over: '{day} (over)',
  used: 'Last used',
  usedFrom: '{ago}, from {address}',
  never: 'never',
  add: {
    token: 'Make token',
    kiosk: 'Make link',
  },
  once: {
    token: 'Copy the API token “{name}” now: it is shown this one time.',
    kiosk: 'Open this link on the wall screen “{name}”. Copy it now: it is shown this one time.',
  },
  none: {
    token: 'No API token yet.',
    kiosk: 'No wall screen yet.',
    audit: 'Nothing happened in this time.',
  },
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser does not let the page copy; press Ctrl+C.',
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
  newer: 'Page before',
  older: 'Next page',
  range: '{from} to {to} of {all}',
}

export const deed = {
  login: 'logged in',
  login_failed: 'a login failed',
  proxy_login: 'was let in by the proxy',
  logout: 'logged out',
  session_ended: 'ended a session of {subject}',
  token_added: 'made the API token {subject}',
  token_removed: 'removed the API token {subject}',
  kiosk_added: 'made the wall screen {subject}',
  kiosk_opened: 'the link of the wall screen {subject} was opened',
  kiosk_removed: 'removed the wall screen {subject}',
  user_added: 'added the user {subject}',
  user_removed: 'removed the user {subject}',
  password_set: 'set the password of {subject}',
}

export const kiosk = {
  closed: 'The link of this wall screen was removed, has expired or is not whole; an admin can make a new one.',
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
  tooMany: 'Too many tries. The next one is possible in {seconds} s.',
}
