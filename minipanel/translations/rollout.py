"""The Chinese of the roll-out."""

CHINESE = {
    # outcomes
    "installed": "已安装",
    "up to date": "已是最新",
    "removed": "已移除",
    "absent": "未安装 Agent",
    "would install": "将安装",
    "would remove": "将移除",
    "unreachable": "无法连接",
    "login refused": "登录被拒",
    "sudo refused": "sudo 被拒",
    "host key changed": "主机密钥已变更",
    "ssh failed": "ssh 失败",
    "no systemd": "没有 systemd",
    "no python": "没有 Python",
    "wrong clock": "时钟偏差过大",
    "no munge": "MUNGE 不可用",
    "munge refused": "MUNGE 凭据被拒",
    "not writable": "不可写",
    "no space": "空间不足",
    "panel unreachable": "无法访问面板",
    "install failed": "安装失败",
    "not active": "Agent 启动失败",
    "no sample": "未收到样本",
    "unexpected": "意外错误",
    "unknown node": "未知节点",
    "interrupted": "已中断",
    # why
    "the node does not run systemd, which starts the agent": "节点未运行 systemd，而 Agent 依赖 systemd",
    "the node reports no time": "无法读取节点的时间",
    "no Python 3.6 or newer found; install the package python3": "找不到 Python 3.6 或更新版本；请安装软件包 python3",
    "{python} is in a home folder, which the agent can't see; install the package python3": (
        "{python} 位于家目录下，Agent 无法访问；请安装软件包 python3"
    ),
    "the clock is {seconds} s ahead of the panel's; at most {limit} s are allowed": (
        "时钟比面板快 {seconds} 秒；最多允许 {limit} 秒"
    ),
    "the clock is {seconds} s behind the panel's; at most {limit} s are allowed": (
        "时钟比面板慢 {seconds} 秒；最多允许 {limit} 秒"
    ),
    "no munge credential: {reason}": "无法生成 MUNGE 凭据：{reason}",
    "the panel does not accept the credential: the node's munge key is not the panel's": (
        "面板拒绝其凭据：节点与面板的 munge 密钥不一致"
    ),
    "the panel does not accept the credential: {reason}": "面板拒绝其凭据：{reason}",
    "{place} can't be written: {reason}": "{place} 不可写：{reason}",
    "{place} has {free} KiB free; {needed} are needed": "{place} 仅剩 {free} KiB；需要 {needed} KiB",
    "the node can't reach the panel at {url}: {reason}; check the firewall": (
        "节点无法访问面板 {url}：{reason}；请检查防火墙"
    ),
    "the agent runs, but the panel got no sample within {seconds} s; the agent says: {reason}": (
        "Agent 在运行，但面板在 {seconds} 秒内未收到样本；Agent 日志：{reason}"
    ),
    "answers ping, but ssh fails: {reason}": "能 ping 通，但 ssh 失败：{reason}",
    "no answer to ping or on ssh's port": "ping 和 ssh 端口均无响应",
    "the disk filled up while the agent was copied: {reason}": "复制 Agent 时磁盘写满：{reason}",
    "the connection broke while the agent was installed: {reason}": "安装 Agent 时连接中断：{reason}",
    "install-agent.sh exited with {code}": "install-agent.sh 退出码为 {code}",
    "ssh connected, and then got no answer for {seconds} s": "ssh 已连接，但 {seconds} 秒无响应",
    "{folder} is not the image of a node: it has no etc": "{folder} 不是节点镜像：其中没有 etc",
    "the installation took longer than {seconds} s": "安装耗时超过 {seconds} 秒",
    "its host key is not the one in known_hosts; if the node was reinstalled, run ssh-keygen -R on its name": (
        "主机密钥与 known_hosts 中的不符；如果节点已重装，请运行 ssh-keygen -R 节点名"
    ),
    (
        "root's ssh key is not accepted; run ssh-copy-id root@NODE, or where root may not log in "
        "(PermitRootLogin no), set user and sudo in [rollout] of config.toml"
    ): (
        "root 免密登录未配置或被拒绝；请运行 ssh-copy-id root@节点名；"
        "若节点禁止 root 登录（PermitRootLogin no），请在 config.toml 的 [rollout] 中设置 user 和 sudo"
    ),
    "the ssh key is not accepted for {user}; run ssh-copy-id {user}@NODE": (
        "{user} 免密登录未配置或被拒绝；请运行 ssh-copy-id {user}@节点名"
    ),
    "sudo is not installed on the node": "节点未安装 sudo",
    "sudo needs a terminal there; put Defaults:{user} !requiretty into /etc/sudoers.d on the node": (
        "sudo 要求终端；请在节点的 /etc/sudoers.d 中写入 Defaults:{user} !requiretty"
    ),
    "sudo asks {user} for a password; put {user} ALL=(root) NOPASSWD: ALL into /etc/sudoers.d on the node": (
        "sudo 向 {user} 询问密码；请在节点的 /etc/sudoers.d 中写入 {user} ALL=(root) NOPASSWD: ALL"
    ),
    "sudo does not let {user} become root; put {user} ALL=(root) NOPASSWD: ALL into /etc/sudoers.d on the node": (
        "sudo 不允许 {user} 取得 root 权限；请在节点的 /etc/sudoers.d 中写入 {user} ALL=(root) NOPASSWD: ALL"
    ),
    "sudo failed: {reason}": "sudo 失败：{reason}",
    "{user} is not root there; set sudo = true in [rollout] of config.toml": (
        "{user} 在节点上不是 root；请在 config.toml 的 [rollout] 中设置 sudo = true"
    ),
    "ssh connects, but runs no commands: {reason}": "ssh 能连上，但不能执行命令：{reason}",
    "no reason was given": "未给出原因",
    "not in config.toml; add it with minipanel nodes add NAME ADDRESS": (
        "不在 config.toml 中；用 minipanel nodes add 主机名 地址 添加"
    ),
    "not done; run the roll-out again": "未完成；请重新分发",
    "The agent did not stay up: {reason}": "Agent 启动失败：{reason}",
    "another roll-out is running on this node": "另一个分发正在处理该节点",
    # what else to know
    "In {hosts}, but not a node of the panel: {nodes}. To apply the differences: minipanel nodes sync": (
        "{hosts} 中有、面板配置中没有的节点：{nodes}。同步：minipanel nodes sync"
    ),
    "A node of the panel, but not in {hosts}: {nodes}. To apply the differences: minipanel nodes sync": (
        "面板配置中有、{hosts} 中没有的节点：{nodes}。同步：minipanel nodes sync"
    ),
    "Another address on the panel than in {hosts}: {nodes}": "面板配置与 {hosts} 地址不一致的节点：{nodes}",
    "The failed nodes could not be saved for --only-failed: {reason}": (
        "无法保存失败节点清单（供 --only-failed 使用）：{reason}"
    ),
    # progress and counts
    "{outcome}: {nodes}": "{outcome}：{nodes}",
    "{outcome}: {nodes} ({why})": "{outcome}：{nodes}（{why}）",
    "{node}: {outcome}": "{node}：{outcome}",
    "{node}: {outcome}, {why}": "{node}：{outcome}，{why}",
    "{line} ({done}/{total})": "{line}（{done}/{total}）",
    "Roll-out": "分发",
    "Roll-out, {failed} failed": "分发（{failed} 个失败）",
    "Outcome": "结果",
    "Count": "节点数",
    "Why": "原因",
    "There are no nodes to work on.": "没有要处理的节点。",
    "{good} of {total} nodes succeeded.": "共 {total} 个节点，{good} 个成功。",
    "{good} of {total} nodes succeeded, {bad} failed.": "共 {total} 个节点，{good} 个成功，{bad} 个失败。",
}
"""English -> Chinese."""
