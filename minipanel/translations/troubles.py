"""The Chinese of what may be wrong: the errors of commands, and what `minipanel status` shows."""

CHINESE = {
    # the panel
    "{url} did not answer within {seconds} seconds.": "{url} 在 {seconds} 秒内无响应。",
    "{url} can't be reached: {reason}.": "无法连接 {url}：{reason}。",
    "{url} answers, but is not a MiniPanel.": "{url} 有响应，但不是 MiniPanel。",
    "Another panel answers at {url}; none is using the database of {config}.": (
        "{url} 由另一个面板响应：没有面板在使用 {config} 的数据库。"
    ),
    "The running panel is version {running}, but {installed} is installed: restart it.": (
        "运行中的面板版本为 {running}，已安装的版本为 {installed}：请重启面板。"
    ),
    # the database and its disk
    "{place} can't be written: it, or its disk, is read-only.": "{place} 不可写：文件或其所在磁盘只读。",
    "The disk of {folder} is full: {free} MB are free.": "{folder} 所在磁盘已满：可用空间 {free} MB。",
    (
        "The disk of {folder} will be full in about {days} days, before the oldest history expires: the "
        "database grows to about {expected} MB, and {free} MB are free. Lower retention_days or hours_days, "
        "or free some space."
    ): (
        "{folder} 所在磁盘约 {days} 天后写满，届时最早的历史还未到期：数据库约需 {expected} MB，可用空间 {free} MB。"
        "请调小 retention_days 或 hours_days，或腾出空间。"
    ),
    "{path} can't be accessed: {reason}.": "无法查看 {path}：{reason}。",
    "There is no database {path} yet; the panel makes it at its first start.": (
        "数据库 {path} 尚不存在；面板首次启动时创建。"
    ),
    "{path} is a folder, a pipe or a device; it must be a file.": "{path} 是目录、管道或设备；须为文件。",
    "The database {path} can't be used: {reason}.": "数据库 {path} 不可用：{reason}。",
    "The database {path} can't grow: the disk of {folder} is full.": (
        "数据库 {path} 无法写入更多数据：{folder} 所在磁盘已满。"
    ),
    "The database {path} can't be written: it, its folder or its disk is read-only.": (
        "数据库 {path} 不可写：文件、所在目录或磁盘只读。"
    ),
    "{path} is not a SQLite database; move it away or name another path in [database].": (
        "{path} 不是 SQLite 数据库；请移走它，或在 [database] 中指定其他路径。"
    ),
    "The database {path} is damaged; move it away and restore a backup.": (
        "数据库 {path} 已损坏；请移走它，并恢复备份。"
    ),
    "The database {path} is locked by another program; end that program.": (
        "数据库 {path} 被其他程序锁定；请结束该程序。"
    ),
    "The database {path} can't be opened: check that {folder} exists and may be written.": (
        "无法打开数据库 {path}：请检查 {folder} 是否存在且可写。"
    ),
    "The database {path} can't be used: the disk of {folder} is full or reports an error.": (
        "数据库 {path} 不可用：{folder} 所在磁盘已满或出错。"
    ),
    "{path} is the database of another program; name another path in [database].": (
        "{path} 是其他程序的数据库；请在 [database] 中指定其他路径。"
    ),
    (
        "The database {path} has schema version {version}, this MiniPanel knows up to {newest}; "
        "install the MiniPanel that wrote it, or a newer one."
    ): (
        "数据库 {path} 的结构版本为 {version}，当前 MiniPanel 最高支持 {newest}；"
        "请安装写入它的 MiniPanel 版本或更新的版本。"
    ),
    # MUNGE
    "munged does not accept its own credential: {reason}.": "munged 不接受自己的凭据：{reason}。",
    "munged returned another payload than it was given.": "munged 返回的内容与写入的不同。",
    "MUNGE made no credential: {reason}.": "MUNGE 无法生成凭据：{reason}。",
    "MUNGE could not be called: out of memory.": "无法调用 MUNGE：内存不足。",
    "MUNGE's socket {socket} cannot be used: {reason}.": "MUNGE 的套接字 {socket} 不可用：{reason}。",
    "MUNGE needs Python's ctypes, which this Python lacks; use another Python, or token.": (
        "MUNGE 需要 Python 的 ctypes，而当前 Python 没有；请换用其他 Python，或改用令牌（token）。"
    ),
    "MUNGE's library cannot be loaded ({reason}); install the munge libraries.": (
        "无法加载 MUNGE 的库（{reason}）；请安装 munge 的库。"
    ),
    # backups
    "[backup] folder is {folder}, which can't be accessed: {reason}.": (
        "[backup] 的 folder 为 {folder}，无法查看：{reason}。"
    ),
    "No backup has been made for {days} days; `journalctl -u minipanel` says why, if the panel runs.": (
        "已有 {days} 天没有备份；面板在运行时，原因见 journalctl -u minipanel。"
    ),
    "[backup] folder is {folder}": "[backup] 的 folder 为 {folder}",
    "{place}, where the database itself is; name another folder, preferably on another disk.": (
        "{place}，与数据库在同一目录；请指定其他目录，最好在另一块磁盘上。"
    ),
    "{place}, and there is no such folder; make it, then run `minipanel setup`.": (
        "{place}，该目录不存在；请创建它，然后运行 minipanel setup。"
    ),
    "{place}, where the panel can't write; make the user {user} its owner, then run `minipanel setup`.": (
        "{place}，面板没有写入权限；请将目录的属主改为 {user}，然后运行 minipanel setup。"
    ),
    "A backup needs {size} MB, and {free} MB are free on the disk of {folder}.": (
        "备份需要 {size} MB，而 {folder} 所在磁盘可用空间 {free} MB。"
    ),
    "The copy of {path} failed its check ({complaint}), so the database may be damaged; the copy was deleted.": (
        "{path} 的备份未通过校验（{complaint}），数据库可能已损坏；该备份未保留。"
    ),
    "{path} can't be written: {reason}.": "{path} 不可写：{reason}。",
    "{path} can't be written: the disk of {folder} is full or reports an error.": (
        "{path} 不可写：{folder} 所在磁盘已满或出错。"
    ),
    "{path} is no longer wanted.": "不再需要 {path}。",
    # copies by hand
    "{file} belongs to the database itself; name another file.": "{file} 属于数据库本身；请指定其他文件。",
    "{folder} is a folder; name a file in it.": "{folder} 是目录；请指定其中的文件。",
    "{file} already exists; --force replaces it.": "{file} 已存在；加 --force 则覆盖。",
    "There is no database {path}.": "没有数据库 {path}。",
    "The database {path} stores {table} differently, so its new records can't be carried over.": (
        "数据库 {path} 中 {table} 的结构不同，其中的数据无法并入。"
    ),
    # config.toml
    "{path} is missing; name the configuration with --config or MINIPANEL_CONFIG.": (
        "{path} 不存在；请用 --config 或 MINIPANEL_CONFIG 指定配置文件。"
    ),
    "{path} begins with a byte order mark; save it as UTF-8 without one.": (
        "{path} 以 BOM（字节顺序标记）开头；请另存为不带 BOM 的 UTF-8。"
    ),
    "{path}: {name} is not a list of tables; each {one} must be a section [[{section}]].": (
        "{path}：{name} 不是表数组；每个 {one} 须写成一节 [[{section}]]。"
    ),
    "{path} is a folder; it must be a TOML file.": "{path} 是目录；须为 TOML 文件。",
    "{path} is a pipe or a device; it must be a TOML file.": "{path} 是管道或设备；须为 TOML 文件。",
    "{path} is not UTF-8 (line {line}); it must be a TOML file in UTF-8.": (
        "{path} 不是 UTF-8（第 {line} 行）；须为 UTF-8 编码的 TOML 文件。"
    ),
    "{path} can't be the path of a file.": "{path} 不能作为文件路径。",
    "{path} is not TOML: too many nested brackets.": "{path} 不是 TOML：括号嵌套过多。",
    "{path} is not TOML: {error}.": "{path} 不是 TOML：{error}。",
    "{path}: {name} is not a table; it must be a section [{section}].": (
        "{path}：{name} 不是表；须写成一节 [{section}]。"
    ),
    "{path}: {key} in {place} is {value}, as in {other}; each node must have its own.": (
        "{path}：{place} 中的 {key} 为 {value}，与 {other} 相同；每个节点须各不相同。"
    ),
    "{path}: {key} is missing in {place}; it must be {allowed}.": "{path}：{place} 中缺少 {key}；须为{allowed}。",
    "{path}: {key} is missing in {place}; it must be set together with {other}.": (
        "{path}：{place} 中缺少 {key}；须与 {other} 同时设置。"
    ),
    "{path}: {key} in {place} is {value}; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 为 {value}；须为{allowed}。"
    ),
    "{path}: {key} in {place} is not text; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 不是文本；须为{allowed}。"
    ),
    "{path}: {key} in {place} has {count} bytes; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 只有 {count} 字节；须为{allowed}。"
    ),
    "{path}: {key} in {place} is not acceptable; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 无效；须为{allowed}。"
    ),
    "{path}: {key} in {place} is {file}, which can't be read: {reason}.": (
        "{path}：{place} 中的 {key} 为 {file}，无法读取：{reason}。"
    ),
    "{path}: unknown key {key} in {place}; did you mean {near}?": (
        "{path}：{place} 中有未知的键 {key}；是否应为 {near}？"
    ),
    "{path}: unknown key {key} in {place}; known there: {known}.": (
        "{path}：{place} 中有未知的键 {key}；可用的键：{known}。"
    ),
    "{path}: sudo in {place} is true, but user is root; name the user who logs in.": (
        "{path}：{place} 中的 sudo 为 true，但 user 是 root；请指定登录的用户。"
    ),
    "the file": "文件",
    "a table": "一个表",
    "a very large number": "一个极大的数",
    "{section} number {number}": "第 {number} 个 {section}",
    "{path} lists its {items} without [[{section}]] sections; edit it by hand.": (
        "{path} 没有用 [[{section}]] 列出 {items}；请手动修改。"
    ),
    "The nodes in {path} have changed in the meantime; run the command again.": (
        "{path} 中的节点在此期间被改动；请重新运行该命令。"
    ),
    "{path} can't be edited automatically; edit it by hand.": "{path} 无法自动修改；请手动修改。",
    "{path} can't be edited automatically ({error}); edit it by hand.": "{path} 无法自动修改（{error}）；请手动修改。",
    "{path} can't be edited: {folder} can't be opened: {reason}.": "{path} 无法修改：无法打开 {folder}：{reason}。",
    "{path}: name in {place} is {name}, as in {other}; each user must have its own.": (
        "{path}：{place} 中的 name 为 {name}，与{other}相同；用户名不得重复。"
    ),
    "{path}: user_header in {place} needs trusted_proxies, the addresses of the proxies that may name a user.": (
        "{path}：{place} 中的 user_header 需要 trusted_proxies，即可以指定用户的代理服务器地址。"
    ),
    (
        "{path}: user_header in {place} with {local} in trusted_proxies needs user_header_secret: "
        "otherwise every user of this machine could name themselves admin."
    ): (
        "{path}：{place} 中设置了 user_header，且 trusted_proxies 含 {local}，须同时设置 user_header_secret："
        "否则本机的任何用户都能冒充管理员。"
    ),
    "{path}: user_header_secret in {place} needs user_header, which is missing.": (
        "{path}：{place} 中的 user_header_secret 须与 user_header 同用，而后者未设置。"
    ),
    # what a key may be
    "a whole number from {low} to {high}": " {low} 到 {high} 的整数",
    "a number from {low} to {high}": " {low} 到 {high} 的数",
    "a multiple of {step} from {low} to {high}": " {low} 到 {high} 之间 {step} 的倍数",
    'a time from "{low}" to "{high}"': ' "{low}" 到 "{high}" 的时刻',
    "true or false": " true 或 false",
    '"{one}" or "{other}"': '"{one}" 或 "{other}"',
    "{names} or {last}": "{names} 或 {last}",
    "one of {words}": "以下之一：{words}",
    "1 to 64 letters, digits, dots, hyphens and underscores, such as rack3": (
        "1 到 64 个字母、数字、点、连字符或下划线，如 rack3"
    ),
    "the path of a file": "文件路径",
    "the absolute path of a folder": "目录的绝对路径",
    "the absolute path of {what}": "{what}的绝对路径",
    "munged's socket": " munged 套接字",
    "a folder for the agent alone": " Agent 专用目录",
    "text of at least {count} random bytes": "由至少 {count} 个随机字节得到的文本",
    "a bcrypt hash of a cost of 4 to 15, as `minipanel access passwd` writes it": (
        "cost 为 4 到 15 的 bcrypt 哈希，由 minipanel access passwd 写入"
    ),
    "{low} to {high} printable characters without spaces around them": (" {low} 到 {high} 个可打印字符，首尾没有空格"),
    "an IPv4 or IPv6 address": " IPv4 或 IPv6 地址",
    "the IPv4 or IPv6 address of one machine": "单台机器的 IPv4 或 IPv6 地址",
    (
        "a hostname: letters, digits, hyphens, underscores and dots, at most 253 characters, "
        "and not only digits and dots"
    ): ("主机名：由字母、数字、连字符、下划线和点组成，最多 253 个字符，不能只有数字和点"),
    (
        "a hostname, or a name of at most 64 letters of any script, digits, spaces and -_.:()/#+ that begins with "
        "a letter or a digit, and not only digits and dots"
    ): ("主机名，或由任意文字、数字、空格和 -_.:()/#+ 组成的名称：最多 64 个字符，以文字或数字开头，不能只有数字和点"),
    "an address such as http://10.0.0.1:8080, with http or https and a host": (
        "形如 http://10.0.0.1:8080 的地址，含 http 或 https 和主机"
    ),
    "an array of one or more user ids, whole numbers of 0 or more": "用户 ID 的数组，至少一个，均为不小于 0 的整数",
    (
        'an array of hostnames, node sets such as "node[17-20]" and patterns such as "*-ib", in which * stands for '
        "any characters and ? for one"
    ): '主机名、节点集（如 "node[17-20]"）或通配名称（如 "*-ib"，“*”代表任意多个字符，“?”代表一个字符）的数组',
    "an array of hostnames, without ports": "主机名的数组，不含端口",
    "the name of a dedicated header, such as X-Forwarded-User: letters, digits and hyphens": (
        "专用的请求头名称，如 X-Forwarded-User：由字母、数字和连字符组成"
    ),
    "an array of IPv4 or IPv6 addresses, each of one machine": "单机 IPv4 或 IPv6 地址的数组",
    "a user's name: 1 to 64 letters, digits and . _ @ + - without a space, beginning with none of . @ + -": (
        "用户名：1 到 64 个字母、数字或 . _ @ + -，不含空格，且不以 . @ + - 开头"
    ),
    "{low} to {high} printable characters": " {low} 到 {high} 个可打印字符",
    "a hostname or an address": "主机名或地址",
    "a list of sections [[{section}]]": "一组 [[{section}]] 小节",
    "a mail address such as ops@example.org": "形如 ops@example.org 的邮件地址",
    "an array of mail addresses such as ops@example.org": "邮件地址的数组，如 ops@example.org",
    "a node set such as gpu[01-16]": "形如 gpu[01-16] 的节点集",
    'a time from {low} to {high} such as "90s", "5m" or "2h"': ' {low} 到 {high} 的时长，如 "90s"、"5m" 或 "2h"',
    # a panel or another program on this machine
    "Another panel ({who}) runs on the database {path}; stop it first.": (
        "另一个面板（{who}）正在使用数据库 {path}；请先停止它。"
    ),
    "{path} can't be written: {reason}; check that its folder exists.": "{path} 不可写：{reason}；请检查其所在目录。",
    # node sets
    (
        "nodes is {text}; it must be a node set such as node[01-08,12]: names of letters, digits, dots, hyphens "
        "and underscores, with numbers from lower to higher in brackets."
    ): (
        "节点集 {text} 无效；须形如 node[01-08,12]：名称由字母、数字、点、连字符和下划线组成，方括号中的编号由小到大。"
    ),
    "nodes has {count} characters; 1 to {most} are allowed.": "节点集有 {count} 个字符；允许 1 到 {most} 个。",
    "nodes is {text}; at most {most} nodes are allowed.": "节点集 {text} 过大；最多 {most} 个节点。",
    "There is no group {name}; known groups: {names}.": "没有节点组 {name}；现有 {names}。",
    "There is no group {name}; there are no groups.": "没有节点组 {name}，也没有其他节点组。",
    "{path}: name in {place} is {name}, as in {other}; each group must have its own.": (
        "{path}：{place} 中的 name 为 {name}，与{other}相同；组名不得重复。"
    ),
    "{path}: {place} is one too many; at most {most} groups are allowed.": (
        "{path}：{place} 超出上限；最多 {most} 个组。"
    ),
    "{path}: nodes in {place} makes {members} nodes in all groups; at most {most} are allowed.": (
        "{path}：到 {place} 的 nodes 为止，各组共有 {members} 个节点；最多 {most} 个。"
    ),
    # the roll-out
    'With auth = "token" each node has its own token, so an image is for one node: name it, or use munge.': (
        'auth = "token" 时每个节点有独立的令牌，因此一个镜像只能用于一个节点：请指定该节点，或改用 munge。'
    ),
    "{option} does nothing beside {other}; leave one of them out.": (
        "{option} 与 {other} 同用时不起作用；请去掉其中一个。"
    ),
    "--root takes one node, for an image of that node alone, or none, for an image of all nodes.": (
        "--root 只接受一个节点（镜像仅供它使用），或不指定节点（镜像供所有节点使用）。"
    ),
    "{file} is missing; searched for {places}.": "缺少 {file}；已查找 {places}。",
    "{agent} reports the version {said}; it must be {wanted}.": ("{agent} 返回的版本为 {said}；须为 {wanted}。"),
    "--ca-file is for a panel with https; url in {path} is {url}.": (
        "--ca-file 用于使用 https 的面板；{path} 中的 url 为 {url}。"
    ),
    "{agent} can't be run: {error}.": "{agent} 无法运行：{error}。",
    "{user} can't be a user for ssh; it must be {allowed}.": "{user} 不能作为 ssh 用户；须为{allowed}。",
    "--sudo is for a user other than root; name the one who logs in with --user.": (
        "--sudo 用于 root 以外的用户；请用 --user 指定登录的用户。"
    ),
    "ssh is not installed on this machine; install openssh-clients.": "本机未安装 ssh；请安装 openssh-clients。",
    (
        "url in {path} is {url}, which on a node means the node itself; "
        "it must hold an address of this machine that the nodes can reach."
    ): "{path} 中的 url 为 {url}，在节点上指向节点自己；须为节点能够访问的本机地址。",
    "allowed_uids in {path} has no 0, and the agent runs as root: every sample would be refused.": (
        "{path} 中的 allowed_uids 不含 0，而 Agent 以 root 运行：所有样本都会被拒绝。"
    ),
    "{path} has no node named {nodes}; `minipanel nodes list` shows all.": (
        "{path} 中没有名为 {nodes} 的节点；minipanel nodes list 列出全部节点。"
    ),
    (
        "The roll-out that failed on {nodes} was to install the agent; to try again, run "
        "`minipanel rollout --only-failed`."
    ): "{nodes} 上失败的是安装 Agent；如需重试，请运行 minipanel rollout --only-failed。",
    (
        "The roll-out that failed on {nodes} was to remove the agent; to try again, run "
        "`minipanel rollout --only-failed --remove`."
    ): "{nodes} 上失败的是移除 Agent；如需重试，请运行 minipanel rollout --only-failed --remove。",
    "{nodes} can't report: enabled is false in {path}.": "{nodes} 不能上报：{path} 中 enabled 为 false。",
    # the running panel's answers to commands
    (
        "{url} can't be reached: {what}. Start the panel (systemctl start minipanel), or name its configuration with "
        "--config."
    ): "无法连接 {url}：{what}。请启动面板（systemctl start minipanel），或用 --config 指定其配置文件。",
    ("{url} gives an answer that this version can't read: restart the panel, or stop whatever else uses its port."): (
        "{url} 返回的内容无法由此版本读取：请重启面板，或停止占用其端口的程序。"
    ),
    "{url} presents another certificate than {certificate}: restart the panel.": (
        "{url} 出示的证书与 {certificate} 不同：请重启面板。"
    ),
    (
        "{url} does not accept the token that {path} signs: it runs with another configuration, or has not "
        "read this one since its jwt_secret changed (systemctl reload minipanel)."
    ): (
        "{url} 不接受 {path} 签发的令牌：它使用的是另一份配置，或在 jwt_secret 更改后尚未重新读取配置"
        "（systemctl reload minipanel）。"
    ),
    "{url} answers {status}: {answer}": "{url} 返回 {status}：{answer}",
    "{path} belongs to a demo: agents can't be installed on simulated nodes.": (
        "{path} 是演示的配置：不向模拟节点分发 Agent。"
    ),
    # the panel's start
    "The database {database} can't be read and written by the user that the panel runs as.": (
        "面板的运行用户不能读写数据库 {database}。"
    ),
    "The database's folder {folder} can't be written: {reason}.": "数据库目录 {folder} 不可写：{reason}。",
    "{host} port {port} is in use by another program; stop that one or choose another port.": (
        "{host} 的端口 {port} 已被其他程序占用；请停止该程序，或改用其他端口。"
    ),
    "{host} is not an address of this machine, so port {port} can't be opened there.": (
        "无法监听 {host} 的端口 {port}：该地址不属于本机。"
    ),
    "{host} port {port} needs more privileges; ports below 1024 are reserved for root.": (
        "{host} 的端口 {port} 需要更高权限；1024 以下的端口只有 root 可用。"
    ),
    "{host} port {port} can't be used: {reason}.": "{host} 的端口 {port} 无法使用：{reason}。",
    (
        "tls_certificate {certificate} and tls_key {key} in [server] can't be used ({reason}); "
        "they must be a certificate and its own unencrypted key, both PEM."
    ): (
        "[server] 中的 tls_certificate {certificate} 与 tls_key {key} 无法使用（{reason}）；"
        "须为证书及其私钥，均为 PEM，且未加密。"
    ),
    # the set-up
    "The user {user} was created, but can't be found; look at /etc/nsswitch.conf.": (
        "已创建用户 {user}，但系统查不到它；请检查 /etc/nsswitch.conf。"
    ),
    "`{command}`: {reason}": "{command}：{reason}",
    "Start the set-up with install.sh, which first installs MiniPanel in {home}.": (
        "请用 install.sh 安装：它先把 MiniPanel 解包到 {home}，再启动安装程序。"
    ),
    "{database}.pid: {reason}.": "{database}.pid：{reason}。",
    # top
    "--nodes is {nodes}; no node has such a name.": "--nodes 的值 {nodes} 没有匹配的节点。",
    "--sort is {text}; it must be {names} or {last}.": "--sort 的值 {text} 无效；可选 {names}, {last}。",
    "{path} can't be read by {user}: use sudo minipanel top.": "{user} 无权读取 {path}：请用 sudo minipanel top。",
    "{url} has ended the stream: the panel was stopped or restarted.": "{url} 结束了推送：面板已停止或重新启动。",
    # the end
    "Interrupted.": "已中断。",
    "Aborted!": "已中断。",
    "{path}: {reason}.": "{path}：{reason}。",
    "The operating system": "操作系统",
}
"""English -> Chinese; both have {names} for values."""
