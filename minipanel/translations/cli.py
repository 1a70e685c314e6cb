"""The Chinese of the command line: help and usage errors."""

FRAME = {
    # around every --help
    "Usage: {line}": "用法：{line}",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "Arguments:": "参数：",
    "Options:": "选项：",
    "Commands:": "命令：",
    "env var: {name}": "环境变量 {name}",
    "default: {value}": "默认 {value}",
    "required": "必填",
    "(dynamic)": "（动态）",
    "Show this message and exit.": "显示此帮助。",
    # a command line that can't be understood
    "Try '{command}' for help.": "用 {command} 查看帮助。",
    "Error: {message}": "错误：{message}",
    "No such command {name}.": "没有命令 {name}。",
    "No such command {name}. Did you mean {others}?": "没有命令 {name}。是否要用 {others}？",
    "Missing command.": "缺少命令。",
    "No such option: {name}": "没有选项 {name}。",
    "No such option: {name} (Possible options: {others})": "没有选项 {name}。相近的选项：{others}",
    "Missing argument {name}.": "缺少参数 {name}。",
    "Missing option {name}.": "缺少选项 {name}。",
    "Got unexpected extra argument(s) ({words})": "多余的参数：{words}",
    "Option {name} requires an argument.": "选项 {name} 需要一个值。",
    "Option {name} does not take a value.": "选项 {name} 不带值。",
    "Invalid value for {name}: {why}": "{name} 的值无效：{why}",
    "Invalid value for {name} (env var: {variable}): {why}": "{name}（环境变量 {variable}）的值无效：{why}",
    "Input should be less than or equal to {limit}": "须不大于 {limit}。",
    "Input should be greater than or equal to {limit}": "须不小于 {limit}。",
    "Input should be a valid integer, unable to parse string as an integer": "须为整数。",
    "Input should be a valid number, unable to parse string as a number": "须为数字。",
    "Value error, {value} is not one of {choices}.": "{value} 不是可选值；可选 {choices}。",
}
"""Typer's own texts, with {names} for values."""

HELP = {
    # options of several commands
    "The panel's configuration.": "面板的配置文件。",
    "Print JSON.": "输出 JSON。",
    "Ask nothing.": "不提问。",
    "node007, or node[001-064,100].": "node007 或 node[001-064,100]。",
    "Leave the nodes as they are.": "不向节点分发 Agent。",
    # the top
    "Monitor the nodes of a cluster: CPU use, memory use and CPU temperature, live and over time.": (
        "监控集群节点的 CPU 占用率、内存占用和 CPU 温度：实时信息和历史信息。"
    ),
    "Print the version.": "显示版本。",
    # setup
    "Install or upgrade the panel, or change its settings. install.sh starts this.": (
        "在本机安装面板、升级（由 install.sh 启动）或更改设置。"
    ),
    "How many days records are kept; 32 by default.": "记录保留天数；默认 32。",
    "Mail alerts to this address; '' for nobody.": "告警邮件的收件人；'' 表示不发送。",
    "The page's account; miniadmin by default.": "网页账号；默认 miniadmin。",
    "The password is the file's first line; random by default.": "密码文件，取第一行；未指定时随机生成。",
    "Read the nodes from here instead of /etc/hosts.": "节点清单文件；默认 /etc/hosts。",
    "Only these of the nodes found.": "只选用其中这些节点。",
    "Leave out these nodes.": "排除其中这些节点。",
    "The database; /var/lib/minipanel/data.db by default.": "数据库；默认 /var/lib/minipanel/data.db。",
    "The page's port; 8080 by default.": "网页端口；默认 8080。",
    "Where the nodes reach this machine.": "节点访问本机所用的地址。",
    "How agents authenticate; munge by default.": "Agent 的认证方式；默认 munge。",
    "HTTPS; no by default.": "HTTPS；默认 no。",
    "With --tls own: the certificate, PEM.": "用于 --tls own：证书（PEM 文件）。",
    "With --tls own: its key, PEM.": "用于 --tls own：证书的私钥（PEM 文件）。",
    "The CA that agents trust; by default their system's.": "Agent 信任的 CA；默认为节点系统的 CA。",
    "Uninstall the panel; data is kept.": "卸载面板；保留数据。",
    "With --uninstall: delete the data too.": "与 --uninstall 同用：连同数据一并删除。",
    # rollout
    ("Install the agent on the nodes, and wait for their first samples. Exits with 0 when all are done."): (
        "通过 ssh 向各节点分发 Agent，并等待每个节点的首个样本。全部成功时退出码为 0。"
    ),
    "node[001-064], or @rack3; all nodes by default.": "node[001-064] 或 @rack3；未指定时为全部节点。",
    "Reinstall the agent even where it is up to date.": "已是最新的节点也重新安装。",
    "Only the nodes on which the last roll-out failed.": "只处理上次分发失败的节点。",
    "Check the nodes, change nothing.": "只检查节点，不作改动。",
    "Remove the agent.": "移除 Agent。",
    "Use the nodes and addresses in a hosts file.": "使用 hosts 文件中的节点和地址。",
    "Install into the image of diskless nodes instead.": "改为写入无盘节点的镜像。",
    "How many nodes at once.": "并发节点数。",
    "Limit for each step on a node.": "单个节点每一步的超时（秒）。",
    "The user that logs in with ssh; by default [rollout] user, which is root.": (
        "ssh 登录用户；默认为 [rollout] user，即 root。"
    ),
    "Become root with sudo, without a password.": "该用户通过免密 sudo 取得 root 权限。",
    "An agent file to use instead of this panel's.": "使用另一个 Agent 文件，而不是面板自带的。",
    "The certificate that agents trust.": "Agent 信任的证书。",
    # status, top
    "Show which nodes are up, and what is wrong. Exits with 0 when all is well, otherwise with 1.": (
        "查看运行状态。一切正常时退出码为 0，否则为 1。"
    ),
    "Show the cluster live in the terminal; ? explains the keys.": "在终端实时显示整个集群；按“?”键查看按键说明。",
    "Print it once and exit, as without a terminal.": "只输出一次就退出；不在终端中运行时也是如此。",
    "Print it once as JSON.": "以 JSON 输出一次。",
    "node[001-064], or a part of the names.": "node[001-064]，或名称的一部分。",
    "{sorts}; numbers: highest first.": "{sorts}；数值从高到低。",
    "Reverse the order.": "倒序。",
    # alerts
    "What is wrong, and what to do about it.": "查看和处理告警。",
    "Only alerts about these nodes: node[001-064].": "只看这些节点：node[001-064]。",
    "As `minipanel alerts list` shows it.": "见 minipanel alerts list。",
    "Show what is wrong now. Exits with 0 if nothing is, 1 if something is, 3 if that is not known.": (
        "列出当前告警。没有告警时退出码为 0，有告警时为 1，无法得知时为 3。"
    ),
    "Only alerts of this rule.": "只看这条规则。",
    "2026-11-25, or 7d for seven days ago.": "2026-11-25，或 7d（七天前）。",
    "The same; now by default.": "同上；未指定时为现在。",
    "Show what was wrong, the newest first.": "列出告警历史，最新的在前。",
    "A note for others.": "给其他人看的备注。",
    "Acknowledge an alert: from then on only its end is sent.": ("确认列表中的一项：此后只在恢复时发送消息。"),
    "All channels by default.": "未指定时为全部渠道。",
    "Send a test message through a channel, and show the result. Exits with 1 if it was not accepted.": (
        "发送测试消息并显示结果。发送失败时退出码为 1。"
    ),
    "The node's hostname.": "节点的主机名。",
    "Show how each rule judges a node: why an alert is open, or why not.": (
        "逐条说明各规则对一个节点的判断：为何告警或未告警。"
    ),
    "30m, 4h or 2d.": "30m、4h 或 2d。",
    "The reason, which others see.": "原因，其他人可见。",
    "Only of these rules, separated by commas.": "只静默这些规则，用逗号分隔。",
    "Send nothing about some nodes for a while. Their alerts are still shown.": (
        "在一段时间内不发送某些节点的告警；告警仍会显示。"
    ),
    "Show what is silenced, until when, by whom and why.": "列出静默：截止时间、设置者和原因。",
    "As `minipanel alerts silences` shows it.": "见 minipanel alerts silences。",
    "End a silence now.": "立即结束一个静默。",
    # prometheus
    "Print the configuration with which Prometheus scrapes the panel.": "输出 Prometheus 抓取面板所用的配置。",
    "Where Prometheus finds its token.": "Prometheus 读取令牌的文件。",
    # archive
    "Years of history in VictoriaMetrics.": "用 VictoriaMetrics 保存多年历史。",
    "Show the progress of the archive, and what is wrong. Exits with 1 if something is.": (
        "查看归档进度和问题。有问题时退出码为 1。"
    ),
    "Make the running panel send all earlier records. Ctrl-C pauses; the same command resumes.": (
        "让运行中的面板补传以前的记录。按 Ctrl-C 暂停，再次运行即继续。"
    ),
    "How many days back; all that is kept by default.": "只处理最近若干天；默认为保留的全部记录。",
    "Fetch from the engine the records that the database lacks.": "从引擎取回数据库缺少的记录。",
    "Compare the database with the engine, record by record. Exits with 1 if they differ.": (
        "逐条核对数据库与引擎中的记录。不一致时退出码为 1。"
    ),
    "How many days back.": "最近若干天。",
    # backup, restore
    "Back up the database while the panel runs, and check the backup.": "在面板运行时备份数据库，并校验备份。",
    "The backup file. It must not exist yet.": "备份文件，不能已存在。",
    "Replace the file if it exists.": "文件已存在时覆盖。",
    "Replace the database with a backup, and keep the old one.": "用备份替换数据库，并保留原有的数据库。",
    "A backup made by `minipanel backup` or by the panel.": "由 minipanel backup 或面板生成的备份。",
    # rollback
    "Go back to the release that ran before the last upgrade.": "回滚到上次升级前的版本。",
    "Go back even if records are lost.": "即使会丢失数据也回滚。",
    # try
    "Run panel and agent for this machine, without root or systemd.": (
        "为本机运行面板和 Agent，无需 root 和 systemd。"
    ),
    "With --demo: how many nodes, 1 to 2000; 200 by default.": "与 --demo 同用：节点数，1 到 2000；默认 200。",
    "Add N simulated nodes with a month of history, to see what MiniPanel does.": (
        "另加 N 个带一个月历史的模拟节点，便于了解 MiniPanel 的用途。"
    ),
    "The folder that holds everything; var by default, or var/demo with --demo.": (
        "所有数据都在此目录下；默认为 var，使用 --demo 时为 var/demo。"
    ),
    "The page's port; 8080 at the first start.": "网页端口；首次启动时为 8080。",
    "The address to listen on; 127.0.0.1 at the first start.": "监听地址；首次启动时为 127.0.0.1。",
    "Set the password to its first line, - for standard input: 8 characters or more.": (
        "用文件第一行设置密码（- 表示标准输入）：至少 8 个字符。"
    ),
    "The same, but `ps` shows it to every user.": "同上，但所有用户都能通过 ps 看到。",
    "How the agent authenticates; with MUNGE if munged answers.": "Agent 的认证方式；munged 可用时为 MUNGE。",
    # doctor
    (
        "Check everything that may be wrong, and say how to fix it. The output has no secrets: attach it to a question."
    ): ("检查可能出错的各项并给出处理办法。输出不含机密，提问时可一并附上。"),
    # nodes
    "The nodes in config.toml.": "管理 config.toml 中的节点。",
    "Show the configured nodes.": "列出已配置的节点。",
    "Add nodes. Node set and addresses may come in either order.": "添加节点。节点集和地址的先后顺序不限。",
    "The hostnames: node065, or node[065-128].": "主机名：node065 或 node[065-128]。",
    "10.0.1.[65-128]; by default those in /etc/hosts.": "10.0.1.[65-128]；未指定时取自 /etc/hosts。",
    "Remove the agent from them first.": "先从这些节点移除 Agent。",
    "The name that people see; by default the hostname.": "显示名称；默认为主机名。",
    "Remove nodes; their history stays.": "移除节点；历史数据保留。",
    ("Add, remove and change nodes as /etc/hosts does, and install the agent. Exits with 1 if they still differ."): (
        "按 /etc/hosts 同步节点的增减和变更，并分发 Agent。存在差异时退出码为 1。"
    ),
    "A file like /etc/hosts; or genders, or slurm, for their names.": (
        "格式同 /etc/hosts 的文件；或 genders、slurm，从中读取节点名。"
    ),
    "Show the differences, change nothing.": "只显示差异，不作改动。",
    "Remove the agent from the nodes that are removed.": "同时移除被移除节点上的 Agent。",
    "Remove nodes even if none would be left.": "即使会移除全部节点也执行。",
    # agents
    "The agents on the nodes; `minipanel rollout` installs them.": "各节点上的 Agent；分发用 minipanel rollout。",
    "Check whether the agent can be installed: `rollout --dry-run`. Changes nothing.": (
        "检查各节点能否安装 Agent，不作改动：同 rollout --dry-run。"
    ),
    "Remove the agent from these nodes: `rollout --remove`.": "从这些节点移除 Agent：同 rollout --remove。",
    # access
    "Users, sessions, wall screens, API tokens, and who did what.": (
        "访问权限：用户、会话、大屏、API 令牌，以及审计记录。"
    ),
    "Set the password of the [admin] account, and end its sessions.": "设置 [admin] 账号的密码，并使其会话失效。",
    "Read the password from standard input.": "从标准输入读取密码。",
    "The password is the file's first line.": "以文件第一行为密码。",
    "The accounts of the page, in config.toml.": "网页的账号，保存在 config.toml 中。",
    "The user's name.": "用户名。",
    "Show the accounts and their roles.": "列出账号及其角色。",
    "Add an account; asks for its password.": "添加账号；会询问密码。",
    "viewer sees everything and changes nothing; admin may do everything.": (
        "viewer 可查看全部内容，不能作任何改动；admin 拥有全部权限。"
    ),
    "Set the password of an account, and end its sessions.": "设置账号的密码，并使其会话失效。",
    "Remove an account, and end its sessions.": "移除账号，并使其会话失效。",
    "Who is logged in.": "已登录的会话。",
    "Show who is logged in, since when and from where.": "列出已登录的用户、登录时间和来源。",
    "End a session, or all sessions of a user.": "结束一个会话，或某个用户的全部会话。",
    "As the list shows it.": "见会话列表。",
    "End all sessions of this user instead.": "改为结束该用户的全部会话。",
    "Wall screens: each has its own link, and needs no password.": "大屏：各有专用链接，无需密码。",
    "Where it hangs, such as hall.": "所在位置，例如 hall。",
    "Valid for this many days, 1 to 3650.": "有效天数，1 到 3650。",
    "Show the wall screens.": "列出大屏。",
    "Create a wall screen and print its link, which is shown only once.": "创建大屏并输出其链接；链接只显示这一次。",
    "Remove a wall screen: within seconds it shows nothing.": "移除大屏：几秒内即不再显示。",
    "API tokens, with which other programs read the panel.": "API 令牌：供其他程序访问面板。",
    "What it is for, such as grafana.": "用途，例如 grafana。",
    "Show the API tokens and their last use.": "列出 API 令牌及其最近使用情况。",
    "metrics reads GET /metrics only, read everything that can be read.": (
        "metrics 只能读取 GET /metrics，read 可读取所有内容。"
    ),
    "Create an API token and print it once, alone on standard output.": (
        "创建 API 令牌并输出到标准输出；只显示这一次。"
    ),
    "Remove an API token: the panel refuses it at once.": "移除 API 令牌，立即失效。",
    "How many days back, 1 to 400.": "查看最近多少天，1 到 400。",
    "Show who logged in, and who created or ended what.": "显示登录记录和各项变更的操作者。",
    # panel
    "The panel itself.": "面板本身。",
    "Run the panel. SIGTERM stops it, SIGHUP makes it reload its configuration.": (
        "运行面板。SIGTERM 停止面板，SIGHUP 使其重新读取配置。"
    ),
}
"""The help of each command, argument and option, by the English in their code."""

CHINESE = FRAME | HELP
