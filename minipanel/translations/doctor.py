"""The Chinese of the doctor. setup.py has the sentences that both share."""

CHINESE = {
    # the looks
    "there was no answer within {seconds} s": "{seconds} 秒内无响应",
    "{place} can't be read with these rights": "权限不足，无法查看 {place}",
    "the check failed: {reason}": "无法完成检查：{reason}",
    "not root, so some checks see less": "未以 root 运行，部分内容无法查看",
    # configuration
    "correct the line in {path}, then: systemctl restart minipanel": (
        "改正 {path} 中的该行，然后运行 systemctl restart minipanel"
    ),
    "sudo ./install.sh, or name the file with --config": "sudo ./install.sh，或用 --config 指定文件",
    "{path} holds secrets and has mode {mode}": "{path} 含有机密信息，但权限为 {mode}",
    # rights
    "rights": "权限",
    "the user {user} can read and write what it needs": "用户 {user} 可以读写所需的文件",
    "the user {user} can't read {path}": "用户 {user} 无法读取 {path}",
    "the user {user} can't write {path}": "用户 {user} 无法写入 {path}",
    "{path} is hidden from the service: its sandbox hides home folders": ("服务无法访问 {path}：沙箱隐藏了家目录"),
    "move it to {folder}, and name it there in config.toml": "将它移到 {folder}，并在 config.toml 中改用新路径",
    # service and panel
    "systemd does not answer: {reason}": "systemd 无响应：{reason}",
    "there is no {unit}: {state}": "没有 {unit}：{state}",
    "it is starting; a large database may take minutes": "正在启动；数据库较大时可能需要几分钟",
    "it is stopped": "已停止",
    "it does not stay up: {state}, {result}": "启动后又退出：{state}，{result}",
    "systemd had to start it again {count} times": "systemd 已将它重新启动 {count} 次",
    "it does not start with the machine: {state}": "未设为开机自启：{state}",
    "its unit was changed and not reloaded": "unit 文件已改动，但尚未重新读取",
    "its unit does not match config.toml: {path}": ("unit 的附加配置与 config.toml 不一致：{path}"),
    "answers at {address} as version {version}": "{address} 响应正常，版本 {version}",
    ", process {pid}": "，进程 {pid}",
    "port {port} is taken by {holder}": "端口 {port} 已被{holder}占用",
    "stop it, or use another port: minipanel setup --port PORT": (
        "请停止它，或改用其他端口：minipanel setup --port 端口"
    ),
    # address and firewall
    "address": "地址",
    "agents report to {url}": "Agent 上报到 {url}",
    "agents report to {url}, but the panel uses {scheme}": "Agent 的上报地址是 {url}，而面板使用的是 {scheme}",
    "agents report to {url}, a name without an address": "Agent 的上报地址是 {url}，其中的主机名无法解析",
    "agents report to {url}, which on every other node is that node itself": (
        "Agent 的上报地址是 {url}，在其他节点上它指向节点自己"
    ),
    "agents report to {url}, which is not an address of this machine": "Agent 的上报地址是 {url}，不是本机的地址",
    "agents report to {url}, but the panel listens on port {port}": (
        "Agent 的上报地址是 {url}，而面板的监听端口是 {port}"
    ),
    "correct [server] url in config.toml, then: systemctl reload minipanel && minipanel rollout": (
        "改正 config.toml 中的 [server] url，然后运行 systemctl reload minipanel && minipanel rollout"
    ),
    "allows {rule}": "已放行 {rule}",
    "{rule} is closed in the zone {zones}: agents and browsers can't connect": (
        "区域 {zones} 未放行 {rule}：Agent 和浏览器都无法连接"
    ),
    # certificate
    "certificate": "证书",
    "good for {name} until {day}": "{name} 的证书有效，{day} 到期",
    "{path}, or its CA, expires in {days} days, on {day}": "{path} 或其 CA 将在 {days} 天后（{day}）过期",
    # MUNGE
    # database
    "kernel": "内核",
    "{path}, {size} MB, {free} MB are free": "{path}，{size} MB，可用空间 {free} MB",
    "grows to about {size} MB": "将增至约 {size} MB",
    "sound": "完好",
    "sound as far as checked in {seconds} s": "已检查 {seconds} 秒，检查过的部分完好",
    "{path} is damaged: {complaint}": "{path} 已损坏：{complaint}",
    "{name} (process {pid}) has locked it": "被 {name}（进程 {pid}）锁定",
    "end that program: kill {pid}": "结束该程序：kill {pid}",
    "the running panel has written nothing for {seconds} s": "面板在运行，但已 {seconds} 秒未写入数据",
    "restore a backup: docs/operation.md": "恢复备份：docs/operation.zh-CN.md",
    "install the newer MiniPanel, or restore the copy from before: docs/operation.md": (
        "安装较新的 MiniPanel，或恢复升级前的副本：docs/operation.zh-CN.md"
    ),
    # backup
    # alerts
    "{count} critical": "{count} 项严重",
    "{count} warning": "{count} 项警告",
    "{count} info": "{count} 项提示",
    "{counts}; none of them needs action now": "{counts}，目前无需处理",
    "they go nowhere: set [alerts] mail": "没有接收人：请设置 [alerts] mail",
    "nothing is wrong, and alerts would be sent": "没有告警，已设置通知渠道",
    "{section} {name} has no effect: no node of {nodes} is configured": (
        "{section} {name} 不起作用：{nodes} 中没有已配置的节点"
    ),
    "the panel makes no automatic backups: [backup] folder is not set": "面板不自动备份：未设置 [backup] folder",
    "none is in {folder} yet": "{folder} 中还没有备份",
    "the last is {file}, of {time}": "最近一份是 {file}，{time}",
    # nodes
    "none is configured": "未配置节点",
    "not known while no panel runs": "面板未运行，无法得知节点状态",
    "{count} of {total} are up": "共 {total} 个，{count} 个在线",
    "{nodes}: no sample yet": "{nodes}：未上报",
    "{nodes}: down since {time}": "{nodes}：自 {time} 起离线",
    "{nodes}: the panel refuses what it sends: {reason}": "{nodes}：面板拒绝其样本：{reason}",
    "{nodes}: the clock is up to {seconds} s ahead of this machine's": "{nodes}：时钟比本机最多快 {seconds} 秒",
    "{nodes}: the clock is up to {seconds} s behind this machine's": "{nodes}：时钟比本机最多慢 {seconds} 秒",
    "{nodes}: the agent is version {version}, the panel {own}": "{nodes}：Agent 版本为 {version}，面板为 {own}",
    "set the clock on {nodes}: chronyc makestep": "在 {nodes} 上校正时钟：chronyc makestep",
    "copy /etc/munge/munge.key from here to {nodes}, then there: systemctl restart munge": (
        "将本机的 /etc/munge/munge.key 复制到 {nodes}，然后在该节点上运行 systemctl restart munge"
    ),
    "add that line to config.toml, then: systemctl reload minipanel": (
        "将该行加入 config.toml，然后运行 systemctl reload minipanel"
    ),
    "samples from {addresses} are refused: {reason}": "来自 {addresses} 的样本被拒绝：{reason}",
    "roll-out": "分发",
    "the last one failed on {nodes}": "上次分发失败的节点：{nodes}",
    "the last one could not remove the agent from {nodes}": "上次未能移除 Agent 的节点：{nodes}",
    # leftovers
    "leftovers": "残留",
    "{count} left by killed programs: {names}": "中途被终止的操作留下 {count} 项：{names}",
    "copies": "副本",
    "{names} in {folder} take {size} MB; delete them when all is well": (
        "{folder} 中的 {names} 占用 {size} MB；一切正常后可以删除"
    ),
    # the report
    "The configuration, where it differs from the defaults, without secrets:": "与默认值不同的配置（不含机密）：",
    "The last warnings in the panel's log:": "面板日志中最近的警告：",
    "All is well.": "一切正常。",
    "Warnings: {warnings}. Must be fixed: {fixes}.": "{warnings} 项警告，{fixes} 项未通过。",
}
"""English -> Chinese."""
