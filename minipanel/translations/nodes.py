"""What `minipanel nodes` says, in Chinese."""

CHINESE = {
    # the list
    "NAME": "名称",
    "HOSTNAME": "主机名",
    "IP": "地址",
    "ENABLED": "启用",
    "yes": "是",
    "no": "否",
    # what differs
    "{source} and {path} have the same {count} nodes.": "{source} 与 {path} 的 {count} 个节点一致。",
    "{source} has other nodes than {path}:": "{source} 与 {path} 的节点不同：",
    "new": "新增",
    "gone": "移除",
    "other address": "地址变更",
    "other name": "改名",
    "Ignored by [hosts] in {path}: {count} ({nodes})": "按 {path} 的 [hosts] 忽略：{count} 个（{nodes}）",
    "Passed over, because the same node has a longer or shorter name: {nodes}": (
        "跳过，因为同一节点已有长名称或短名称：{nodes}"
    ),
    "In {source}, but not in /etc/hosts: {nodes}": "在 {source} 中，但不在 /etc/hosts 中：{nodes}",
    "{source} has none of the {count} nodes in {path}, so nothing was changed; "
    "if all of them are to go: minipanel nodes sync --remove-all": (
        "{path} 的 {count} 个节点都不在 {source} 中，因此没有改动任何内容；"
        "如果确实要全部移除：minipanel nodes sync --remove-all"
    ),
    # asked and done
    "There is no terminal to ask at; to do it: minipanel nodes sync --yes": (
        "没有可供询问的终端；要执行请运行：minipanel nodes sync --yes"
    ),
    "Write this to config.toml, and bring the agent onto {count} nodes?": (
        "写入 config.toml，并向 {count} 个节点分发 Agent 吗？"
    ),
    "Write this to config.toml?": "写入 config.toml 吗？",
    "Please answer y or n.": "请回答 y 或 n。",
    "Nothing was changed.": "没有改动任何内容。",
    "Written to {path}.": "已写入 {path}。",
    "The agent still runs on {nodes}.": "{nodes} 上的 Agent 仍在运行。",
    "It stays there; to take it away: {command}": "Agent 仍留在节点上；要移除请运行：{command}",
    "Take it away there first?": "先移除这些节点上的 Agent 吗？",
    "Still configured, because the agent could not be taken away: {nodes}": (
        "未能移除 Agent，因此仍保留在配置中：{nodes}"
    ),
    # the running panel
    "No panel is running; it takes effect when one starts.": "面板没有运行；启动后生效。",
    "The running panel could not be told ({reason}); reload it with `systemctl reload minipanel`.": (
        "未能通知运行中的面板（{reason}）；请运行 `systemctl reload minipanel`。"
    ),
    "The running panel (process {pid}) was told to read it.": "已通知运行中的面板（进程 {pid}）重新读取。",
    # other programs and files
    "{path} can't be read: {reason}.": "无法读取 {path}：{reason}。",
    "{source} names {text}, which is no node.": "{source} 中的 {text} 不是节点。",
    "{program} is not installed on this machine.": "本机没有安装 {program}。",
    "{program} did not end within {seconds} s.": "{program} 在 {seconds} 秒内没有结束。",
    "{program} printed more than {bytes} bytes.": "{program} 的输出超过 {bytes} 字节。",
    "{program} failed: {reason}": "{program} 失败：{reason}",
}
"""English -> Chinese."""
