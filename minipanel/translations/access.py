"""The Chinese of `minipanel access`."""

CHINESE = {
    " ": "",  # between two sentences
    # tables
    "ROLE": "角色",
    "USER": "用户",
    "SINCE": "登录时间",
    "FROM": "来源",
    "LAST SEEN": "最近活动",
    "BROWSER": "浏览器",
    "SCOPE": "范围",
    "CREATED BY": "创建者",
    "VALID UNTIL": "有效期至",
    "LAST USED": "最近使用",
    "{day} (expired)": "{day}（已过期）",
    # users
    "The name is {name}; it must be {allowed}.": "用户名 {name} 无效；须为{allowed}。",
    "The role is {role}; it must be viewer or admin.": "角色 {role} 无效；须为 viewer 或 admin。",
    "{path} already has a user {name}; nothing was changed.": "{path} 中已有用户 {name}；未作改动。",
    "Added the user {name} ({role}) to {path}.": "已在 {path} 中添加用户 {name}（{role}）。",
    "{name} is the account of [admin] in {path}, which can't be removed; nothing was changed.": (
        "{name} 是 {path} 中 [admin] 的账号，不能移除；未作改动。"
    ),
    "Removed the user {name} from {path}; this user's sessions end.": (
        "已从 {path} 中移除用户 {name}；该用户的会话随即失效。"
    ),
    "The password of {name} is set; this user's sessions end.": "已设置 {name} 的密码；该用户的会话随即失效。",
    "{path} has no user {name}; nothing was changed.": "{path} 中没有用户 {name}；未作改动。",
    "--stdin and --password-file can't be combined; give one of them.": (
        "--stdin 和 --password-file 不能同时使用；请选择其一。"
    ),
    "There is no terminal to type a password on; use --stdin or --password-file.": (
        "当前不是交互式终端，无法输入密码；请用 --stdin 提供密码。"
    ),
    "New password for {name}: ": "{name} 的新密码：",
    "The two passwords differ; nothing was changed.": "两次输入的密码不一致；未作改动。",
    "The password has {count} characters; it must have at least {least}.": (
        "密码只有 {count} 个字符；至少需要 {least} 个。"
    ),
    "The password holds characters that can't be typed into the page; use printable ones.": (
        "密码含有网页上无法输入的字符；请使用可打印字符。"
    ),
    "The password has {count} bytes in UTF-8; at most {most} are allowed.": (
        "密码的 UTF-8 编码有 {count} 字节；最多允许 {most} 字节。"
    ),
    "The password can't be read from {name}: {reason}.": "无法从 {name} 读取密码：{reason}。",
    "The password in {name} is not UTF-8 text.": "{name} 中的密码不是 UTF-8 文本。",
    # sessions
    "Give the ID of one session, or --user NAME for all of a user.": (
        "请指定一个会话的 ID，或用 --user NAME 指定某个用户的全部会话。"
    ),
    "{user} has no session; nothing was changed.": "{user} 没有会话；未作改动。",
    "There is no session {id}; nothing was changed.": "没有会话 {id}；未作改动。",
    "Ended {count} sessions of {user}.": "已结束 {user} 的 {count} 个会话。",
    # API tokens and wall screens
    "everything that can be read": "所有可读取的内容",
    "The API token {name} is valid until {day} and may read {what}.": "API 令牌 {name} 可读取 {what}，有效期至 {day}。",
    "Open this link on the wall screen {name}: it shows the cluster until {day}, without a password.": (
        "请在大屏 {name} 上打开此链接：无需密码即可显示集群状态，有效期至 {day}。"
    ),
    "It is shown only here.": "仅在此显示一次。",
    "There is no API token {name}; nothing was changed.": "没有 API 令牌 {name}；未作改动。",
    "There is no wall screen {name}; nothing was changed.": "没有大屏 {name}；未作改动。",
    "The API token {name} is removed.": "已移除 API 令牌 {name}。",
    "The wall screen {name} is removed.": "已移除大屏 {name}。",
    "There is already an API token {name}; remove it, or choose another name.": (
        "已有 API 令牌 {name}；请先移除它，或换一个名称。"
    ),
    "There is already a wall screen {name}; remove it, or choose another name.": (
        "已有大屏 {name}；请先移除它，或换一个名称。"
    ),
    "There are already {count} API tokens; remove one first.": "已有 {count} 个 API 令牌；请先移除一个。",
    "There are already {count} wall screens; remove one first.": "已有 {count} 个大屏；请先移除一个。",
    "The database {path} is of an earlier version; start the panel of this one first.": (
        "数据库 {path} 由旧版本创建；请先启动当前版本的面板。"
    ),
    # the audit
    "--days is {days}; it must be from 1 to {most}.": "--days 的值 {days} 无效；须为 1 到 {most}。",
    "It is not in the audit: {reason}": "未能写入审计记录：{reason}",
    " ({times} times since {time})": "（自 {time} 起共 {times} 次）",
    "the command line": "命令行",
    "other addresses": "其他地址",
    "{who} logged in from {address}.": "{who} 登录，来自{address}。",
    "A login from {address} failed.": "来自{address} 的登录失败。",
    "{who} logged in through the proxy, from {address}.": "{who} 经代理服务器登录，来自{address}。",
    "{who} logged out, from {address}.": "{who} 退出登录，来自{address}。",
    "{who} ended a session of {subject}, from {address}.": "{who} 结束了 {subject} 的一个会话，来自{address}。",
    "{who} created the API token {subject}, from {address}.": "{who} 创建了 API 令牌 {subject}，来自{address}。",
    "{who} removed the API token {subject}, from {address}.": "{who} 移除了 API 令牌 {subject}，来自{address}。",
    "{who} created the wall screen {subject}, from {address}.": "{who} 创建了大屏 {subject}，来自{address}。",
    "The link of the wall screen {subject} was opened at {address}.": "大屏 {subject} 的链接在{address} 被打开。",
    "{who} removed the wall screen {subject}, from {address}.": "{who} 移除了大屏 {subject}，来自{address}。",
    "{who} added the user {subject}, from {address}.": "{who} 添加了用户 {subject}，来自{address}。",
    "{who} removed the user {subject}, from {address}.": "{who} 移除了用户 {subject}，来自{address}。",
    "{who} set the password of {subject}, from {address}.": "{who} 设置了 {subject} 的密码，来自{address}。",
    # how the running panel is notified
}
