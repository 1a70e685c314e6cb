"""The Chinese of the set-up."""

CHINESE = {
    # findings
    "ok": "正常",
    "must be fixed": "未通过",
    "user": "用户",
    "the set-up must be run as root": "请以 root 权限运行安装",
    "system": "系统",
    "an unknown system": "未知系统",
    "{name}: made for RHEL 8, 9, 10 and their rebuilds": "{name}：MiniPanel 面向 RHEL 8、9、10 及其兼容发行版",
    "{name}: MiniPanel knows the releases 8, 9 and 10": "{name}：支持的版本为 8、9、10",
    "running": "运行中",
    "this machine does not run systemd, which the panel needs": "本机未运行 systemd，而面板是 systemd 服务",
    "{version} is too old": "{version} 太旧",
    "{place} is in a home folder, which the service can't see": "{place} 位于家目录下，服务无法访问",
    "{program} can't be run by other users: {folder} is closed to them": (
        "其他用户无法运行 {program}：目录 {folder} 没有访问权限"
    ),
    "disk": "磁盘",
    "{megabytes} MB are free in {folder}": "{folder} 可用空间 {megabytes} MB",
    "{free}, {needed} MB are needed": "{free}，需要 {needed} MB",
    "{gigabytes} GB": "{gigabytes} GB",
    "{size}: with less than {needed} MB, memory may run short": "{size}：低于 {needed} MB，可能不够用",
    "enforcing": "强制模式",
    "permissive": "宽容模式",
    "synchronised": "已同步",
    "not synchronised: nodes whose clocks differ by a minute can't report": "未同步：时钟相差超过 1 分钟的节点无法上报",
    "could not find out whether it is synchronised": "无法判断是否已同步",
    "a credential was made and accepted": "凭据生成和验证均成功",
    "not installed; a cluster without MUNGE uses --auth token": "未安装；集群不用 MUNGE 时请加 --auth token",
    "has no key {path}; on a cluster, copy the key of another node": "缺少密钥 {path}；集群内请从其他节点复制",
    "munged is not running": "munged 未运行",
    "version {version} has a vulnerability that lets a local user learn the key ({hole})": (
        "版本 {version} 存在漏洞，本地用户可借此得到密钥（{hole}）"
    ),
    "port": "端口",
    "{port} is free": "{port} 空闲",
    "{port} is the running panel's": "{port} 由正在运行的面板使用",
    "{port} is in use by {holder}": "{port} 已被{holder}占用",
    "{port} is in use by {holder}; stop it, or choose another port with --port": (
        "{port} 已被{holder}占用；请停止它，或用 --port 另选端口"
    ),
    "{name}, process {pid}": " {name}（进程 {pid}）",
    "another program": "其他程序",
    "running; the panel's port will be opened": "运行中；将放行面板端口",
    # questions
    "{question}: ": "{question}：",
    "The input ended before the last answer; nothing was changed.": "输入中断；未作任何改动。",
    "There is no terminal for the questions: answer with options, and add --yes.": (
        "当前不是交互式终端；请用选项指定各项，并加上 --yes。"
    ),
    "Administrator": "管理员",
    "Name of the account": "管理员账号",
    "The name must be 1 to {most} printable characters without spaces around them.": (
        "账号为 1 到 {most} 个可打印字符，首尾没有空格。"
    ),
    "Password, not shown (Enter: a random one): ": "密码（输入时不显示，直接回车则随机生成）：",
    "New password, not shown (Enter: unchanged): ": "新密码（输入时不显示，直接回车则不变）：",
    "The two differ; try again.": "两次不一致；请重新输入。",
    "The password file {path} can't be read: {reason}.": "无法读取密码文件 {path}：{reason}。",
    "The password must have at least {least} printable characters, and at most {most} bytes.": (
        "密码至少 {least} 个可打印字符，最多 {most} 字节。"
    ),
    "ignored": "忽略",
    "this machine": "本机",
    "  ... {count} more ...": "  ……（中间省略 {count} 个）……",
    "Enter: use these nodes    a ADDRESS HOSTNAME: add one    l: list them all": (
        "回车：使用这些节点    a 地址 主机名：添加    l：全部列出"
    ),
    "d NUMBERS or NODESET: delete, such as d 17-20 or d node[17-20]": (
        "d 序号或节点集：删除，例如 d 17-20 或 d node[17-20]"
    ),
    "{count} nodes; Enter, a, d or l: ": "{count} 个节点；回车、a、d 或 l：",
    "Press Enter, or type a ADDRESS HOSTNAME, d NUMBERS or NODESET, or l.": (
        "请按回车，或输入 a 地址 主机名、d 序号或节点集，或 l。"
    ),
    "deleted: {nodes}": "已删除：{nodes}",
    "{text} is not the IPv4 or IPv6 address of one machine.": "{text} 不是有效的单机 IPv4 或 IPv6 地址。",
    "{hostname} ({address}) is already in the list.": "{hostname}（{address}）已在列表中。",
    "{hostname} is this machine and stays.": "{hostname} 是本机，必须保留。",
    "{text} is not a number in the list (1 to {last}).": "{text} 不是列表中的序号（1 到 {last}）。",
    "{text} is not a node set such as node[01-08,12].": "{text} 不是有效的节点集，格式如 node[01-08,12]。",
    "{names} is not in the list.": "{names} 不在列表中。",
    "Panel": "面板",
    "Database file": "数据库文件",
    "{text} is not the absolute path of a file.": "{text} 不是文件的绝对路径。",
    "The service can't see {folder}; name a path such as {example}.": (
        "服务无法访问 {folder}；请换成 {example} 这样的路径。"
    ),
    "{path} is a folder; name a file in a folder of its own.": "{path} 是目录；请指定其专用目录下的文件。",
    "{folder} is on a network file system ({kind}), which SQLite can't use; name a disk of this machine.": (
        "{folder} 位于网络文件系统（{kind}）上，SQLite 无法使用；请指定本机的磁盘。"
    ),
    "{folder} is not {user}'s own; name a folder that does not exist yet, such as {example}.": (
        "{folder} 的属主不是 {user}；请指定一个尚不存在的目录，例如 {example}。"
    ),
    "{path} already exists; name a new file, or move this one away.": (
        "{path} 已存在；请指定尚不存在的文件，或先移走它。"
    ),
    "Days that records are kept": "记录保留天数",
    "{text} is not a number of days from 1 to {most}.": "{text} 不是 1 到 {most} 之间的天数。",
    "How agents authenticate (munge, token)": "Agent 的认证方式（munge、token）",
    "Mail addresses for alerts, separated by commas (Enter: none)": (
        "告警邮件的收件人，多个用逗号分隔（直接回车则不发送）"
    ),
    "Mail addresses for alerts ({none}: nobody)": "告警邮件的收件人（{none} 表示不发送）",
    "{text} is not a mail address such as ops@example.org.": "{text} 不是有效的邮件地址，格式如 ops@example.org。",
    "{text} is neither munge nor token.": "{text} 既不是 munge 也不是 token。",
    "Port for the page and the agents": "网页和 Agent 上报共用的端口",
    "{text} is not a port: a whole number from 1 to 65535.": "{text} 不是有效的端口：须为 1 到 65535 的整数。",
    "Port {port} is in use by {holder}.": "端口 {port} 已被{holder}占用。",
    "Address at which the nodes reach this machine": "节点访问本机所用的地址",
    "{text} is neither an address nor a hostname.": "{text} 既不是地址也不是主机名。",
    "HTTPS: no; own: your certificate and key; self-made: a CA and a certificate made here.": (
        "HTTPS：no 不用；own 使用自有证书和私钥；self-made 在本机自签 CA 和证书。"
    ),
    "HTTPS (no, own, self-made)": "HTTPS（no、own、self-made）",
    "HTTPS is one of: {choices}.": "HTTPS 只能是：{choices}。",
    "Making a certificate needs openssl, which is not installed: dnf install openssl": (
        "生成证书需要 openssl，请先安装：dnf install openssl"
    ),
    "Certificate, with its chain (PEM file)": "证书，含证书链（PEM 文件）",
    "Its key, not encrypted (PEM file)": "私钥，未加密（PEM 文件）",
    "CA that the agents trust (PEM file; Enter: those of their system)": (
        "Agent 信任的 CA（PEM 文件；直接回车则用节点系统自带的 CA）"
    ),
    "CA that the agents trust (PEM file)": "Agent 信任的 CA（PEM 文件）",
    "{option} is for --tls own, not for --tls {choice}.": (
        "{option} 须与 --tls own 同用，不能与 --tls {choice} 同用。"
    ),
    "--tls own needs --tls-certificate FILE and --tls-key FILE.": (
        "--tls own 需要 --tls-certificate FILE 和 --tls-key FILE。"
    ),
    "{path} is not a CA in PEM ({reason}).": "{path} 不是 PEM 格式的 CA（{reason}）。",
    "The CA {path} has expired.": "CA {path} 已过期。",
    "The certificate {path} is not valid yet.": "证书 {path} 尚未生效。",
    "The certificate {path} has expired.": "证书 {path} 已过期。",
    "The certificate {path} does not name {host}, which agents connect to, in its subjectAltName.": (
        "证书 {path} 的 subjectAltName 中没有 {host}，而 Agent 用它访问面板。"
    ),
    "the CAs of this system; name another with --tls-ca": "本机系统的 CA；可用 --tls-ca 另行指定",
    "Agents, or those with Python 3.13, would refuse the certificate {path} ({reason}); they trust {ca}.": (
        "Agent（或仅 Python 3.13 上的 Agent）会拒绝证书 {path}（{reason}）；其信任的是：{ca}。"
    ),
    "The certificate, or its CA, expires on {day}; after that agents can't report.": (
        "证书或其 CA 将于 {day} 到期；此后 Agent 无法上报。"
    ),
    "{certificate} and {key} can't be used together ({reason}).": (
        "证书 {certificate} 与私钥 {key} 不匹配或无法使用（{reason}）。"
    ),
    "There is no file {path}.": "没有文件 {path}。",
    # the summary, and the steps
    "MiniPanel {version}: the set-up on {hostname}": "MiniPanel {version}：{hostname} 上的安装与设置",
    "This machine": "本机",
    "Nothing was changed. Fix what must be fixed, then start the set-up again.": (
        "未作任何改动。请先解决上面“未通过”的各项，再重新运行安装。"
    ),
    "Ready to install": "即将执行",
    "{count}: {nodes}": "{count} 个：{nodes}",
    "agents": "Agent",
    "mail to {addresses}": "发送邮件至 {addresses}",
    "authenticate with {proof}": "认证方式：{proof}",
    "one token each": "每个节点独立的令牌（token）",
    "programs": "程序",
    "{folder}, service and user {name}": "{folder}，服务和用户 {name}",
    "configuration": "配置",
    "{path} exists: configuration, account and data stay as they are.": "{path} 已存在：配置、账号和数据保持不变。",
    "Install now?": "现在安装吗？",
    "The first installation was interrupted. It continues now, with your earlier answers as defaults.": (
        "首次安装曾中断，现在继续；上次的回答作为默认值。"
    ),
    "Settings": "当前设置",
    "Change any of these?": "要更改其中的设置吗？",
    "Changes": "即将更改",
    "Change this now?": "现在更改吗？",
    "HTTPS": "HTTPS",
    "days that records are kept": "记录保留天数",
    "mail alerts to": "告警邮件收件人",
    "nobody": "无",
    "agents report to": "Agent 上报到",
    "agents authenticate with": "Agent 的认证方式",
    "another one; all sessions end": "更换；所有会话随之结束",
    "own, {path}": "own（{path}）",
    "self-made, a new certificate": "self-made（新证书）",
    "Records older than {days} days will be deleted.": "早于 {days} 天的记录将被删除。",
    "{address} is the node {node}, not this machine.": "{address} 是节点 {node}，不是本机。",
    "{address} is not an address of this machine; the nodes must still reach the panel there.": (
        "{address} 不是本机的地址；请确认各节点经此地址能连到面板。"
    ),
    "Agents keep reporting to {url}, which is not the panel's own port.": (
        "Agent 仍上报到 {url}，其中的端口不是面板的监听端口。"
    ),
    "{option} selects other nodes than config.toml has; add or remove nodes with minipanel nodes sync.": (
        "{option} 选出的节点与 config.toml 不同；请用 minipanel nodes sync 增减节点。"
    ),
    "Installation": "安装",
    "Changing settings": "更改设置",
    "done": "完成",
    "done in {seconds} s": "完成，用时 {seconds} 秒",
    "failed": "失败",
    "creating user, folders and configuration": "用户、目录和配置",
    "installing programs and service": "程序和服务",
    "setting firewall and SELinux labels": "防火墙和 SELinux 标签",
    "starting the panel": "启动面板",
    "nothing has changed: the panel keeps running": "没有变化：面板继续运行",
    "the panel answers as version {version}": "面板返回的版本是 {version}",
    "The panel did not start: {reason} Its log ends with:": "面板未能启动：{reason} 日志末尾：",
    "restoring the previous state": "回滚到之前的状态",
    "What the new release stored is kept in {path}.": "新版本期间存下的数据保留在 {path}。",
    "The previous panel did not start either:": "之前的面板也未能启动：",
    "testing the configuration in the service's sandbox": "以服务的身份试读配置",
    "The service could not start with this configuration: {reason}": "按此配置服务无法启动：{reason}",
    "copying the database while the panel is stopped": "停止面板并复制数据库",
    "{folder} has {free} MB free, and the database needs {needed} MB.": (
        "{folder} 可用空间 {free} MB，而数据库需要 {needed} MB。"
    ),
    "What was stored in the meantime is kept in {path}.": "期间存下的数据保留在 {path}。",
    "sending a test message to {addresses}": "向 {addresses} 发送测试邮件",
    "The mail server accepted it: {said}": "邮件服务器已接收：{said}",
    "Set the mail server in [alerts.smtp] of {path}, then try it:": (
        "请在 {path} 的 [alerts.smtp] 中设置邮件服务器，然后测试："
    ),
    "Roll-out of the agents": "分发 Agent",
    # the last screen
    "Done": "完成",
    "MiniPanel is running.": "MiniPanel 已启动。",
    "{password} (shown only here)": "{password}（只显示这一次）",
    "unchanged; minipanel access passwd sets another": "不变；可用 minipanel access passwd 修改",
    "off: [alerts] enabled is false": "已关闭：[alerts] enabled 为 false",
    "mail to {addresses}: the test message failed, see above": "发送邮件至 {addresses}：测试邮件发送失败，原因见上",
    "No node has reported yet. To install the agents on the nodes: minipanel rollout": (
        "尚无节点上报。向节点分发 Agent：minipanel rollout"
    ),
    ("{reported} of {total} nodes have reported. To install this version's agent on all of them: minipanel rollout"): (
        "共 {total} 个节点，{reported} 个已上报。向所有节点分发此版本的 Agent：minipanel rollout"
    ),
    "Some nodes do not report yet, see above. Once that is fixed: minipanel rollout --only-failed": (
        "部分节点尚未上报，原因见上。解决后运行：minipanel rollout --only-failed"
    ),
    "Changed:": "已更改：",
    "The agents keep their samples until a roll-out brings them the change: minipanel rollout": (
        "更改分发到节点之前，样本由 Agent 缓存：minipanel rollout"
    ),
    "The old database is still there; when all is well, delete it: rm {path}": (
        "旧数据库仍在原处；确认无误后可删除：rm {path}"
    ),
    "Browsers trust the page once they have imported {ca}.": "浏览器导入 {ca} 后即信任本网页。",
    "Check the state: minipanel status": "查看状态：minipanel status",
    "Undo: minipanel rollout --remove (the agents), then minipanel setup --uninstall (the panel)": (
        "卸载：先 minipanel rollout --remove（移除 Agent），再 minipanel setup --uninstall（卸载面板）"
    ),
    # uninstall
    "--purge needs --uninstall.": "--purge 须与 --uninstall 同用。",
    "{option} can't be used with --uninstall.": "{option} 不能与 --uninstall 同用。",
    "Only root can uninstall the panel.": "只有 root 能卸载面板。",
    "Delete the configuration, the account and all history too?": "配置、账号和全部历史数据也一并删除吗？",
    "service": "服务",
    "configuration, account and history": "配置、账号和历史数据",
    "The panel is uninstalled.": "面板已卸载。",
    "Kept: {config}, {database} and the user {user}; install.sh uses them again, --purge deletes them.": (
        "保留：{config}、{database} 和用户 {user}。再次运行 install.sh 时继续使用；加 --purge 则一并删除。"
    ),
    "The agents on this machine and the nodes still run; each keeps a day of samples.": (
        "本机和各节点上的 Agent 仍在运行，各自最多缓存一天的样本。"
    ),
}
