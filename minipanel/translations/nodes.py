"""The Chinese of `minipanel nodes`."""

CHINESE = {
    # the list
    "HOSTNAME": "主机名",
    "IP": "地址",
    "ENABLED": "启用",
    "yes": "是",
    "no": "否",
    # what differs
    "{source} and {path} have the same nodes: {count}.": "{source} 与 {path} 的节点一致：{count} 个。",
    "{source} and {path} differ:": "{source} 与 {path} 的节点不同：",
    "new": "新增",
    "gone": "移除",
    "other address": "地址变更",
    "other name": "改名",
    "Ignored by [hosts] in {path}: {count} ({nodes})": "按 {path} 的 [hosts] 忽略：{count} 个（{nodes}）",
    "Skipped, because the same node has a longer or shorter name: {nodes}": (
        "跳过，因为同一节点已有长名称或短名称：{nodes}"
    ),
    "In {source}, but not in /etc/hosts: {nodes}": "在 {source} 中，但不在 /etc/hosts 中：{nodes}",
    (
        "{source} has none of the nodes in {path} ({count}), so nothing was changed; to remove all of them: "
        "minipanel nodes sync --remove-all"
    ): (
        "{path} 的 {count} 个节点都不在 {source} 中，因此未作任何改动；"
        "如果确实要全部移除：minipanel nodes sync --remove-all"
    ),
    # asked and done
    "There is no terminal for the question; to apply the changes: minipanel nodes sync --yes": (
        "当前不是交互式终端；确认执行请运行：minipanel nodes sync --yes"
    ),
    "Write this to config.toml, and install the agent on new and changed nodes ({count})?": (
        "写入 config.toml，并向新增和变更的节点（{count} 个）分发 Agent 吗？"
    ),
    "Write this to config.toml?": "写入 config.toml 吗？",
    "Written to {path}.": "已写入 {path}。",
    "The agent still runs on {nodes}.": "{nodes} 上的 Agent 仍在运行。",
    "It stays there; to remove it: {command}": "Agent 仍留在节点上；要移除，请运行：{command}",
    "Interrupted; config.toml is unchanged. Run the command again.": "已中断；config.toml 未改动。请重新运行该命令。",
    "Remove it there first?": "先移除这些节点上的 Agent 吗？",
    "Still configured, because the agent could not be removed: {nodes}": (
        "未能移除 Agent，因此仍保留在配置中：{nodes}"
    ),
    # added and removed
    "{sentence} {next}": "{sentence}{next}",
    "Added {name} ({ip}) to {path}.": "已将 {name}（{ip}）添加到 {path}。",
    "Added {count} nodes to {path}: {nodes} ({addresses}).": (
        "已将 {count} 个节点添加到 {path}：{nodes}（{addresses}）。"
    ),
    "--name is for one node, and {count} were given.": "--name 只能用于一个节点，而这里有 {count} 个。",
    "{names} are {count} nodes, and {places} are {other} addresses; there must be one for each.": (
        "{names} 是 {count} 个节点，{places} 是 {other} 个地址；两者数量必须相同。"
    ),
    "The hostname is {text}; it must be a hostname, or a node set of them: letters, digits, hyphens, "
    "underscores and dots, at most 253 characters, and not only digits and dots.": (
        "主机名 {text} 无效；须为主机名或节点集：字母、数字、连字符、下划线和点，最多 253 个字符，且不能只有数字和点。"
    ),
    "The name is {text}; it must be a hostname, or a name of at most 64 letters of any script, digits, "
    "spaces and -_.:()/#+ that begins with a letter or a digit, and not only digits and dots.": (
        "名称 {text} 无效；须为主机名，或由任意文字、数字、空格和 -_.:()/#+ 组成的名称："
        "最多 64 个字符，以文字或数字开头，不能只有数字和点。"
    ),
    "The address is {text}; it must be the IPv4 or IPv6 address of one machine.": (
        "地址 {text} 无效；须为单台机器的 IPv4 或 IPv6 地址。"
    ),
    "{path} has no address for {nodes}; give one: minipanel nodes add NODESET ADDRESSES": (
        "{path} 中没有 {nodes} 的地址；请指定：minipanel nodes add 节点集 地址"
    ),
    "{path} already has a node with the hostname {text}: {name} ({ip}).": (
        "{path} 已有主机名为 {text} 的节点：{name}（{ip}）。"
    ),
    "{path} already has a node with the name {text}: {name} ({ip}).": (
        "{path} 已有名称为 {text} 的节点：{name}（{ip}）。"
    ),
    "{path} already has a node with the address {text}: {name} ({ip}).": (
        "{path} 已有地址为 {text} 的节点：{name}（{ip}）。"
    ),
    "{path} already has {name} ({ip}), and {text} is another spelling of the same node.": (
        "{path} 已有 {name}（{ip}），{text} 是同一节点的另一种写法。"
    ),
    "{path} has no node named {names}; nothing was removed.": "{path} 中没有名为 {names} 的节点；未移除任何节点。",
    "Removed {nodes} from {path}; the history stays.": "已从 {path} 移除 {nodes}；历史数据保留。",
    "To remove them anyway: {command}": "仍要移除这些节点，请运行：{command}",
    "{hosts} still has {nodes}: minipanel nodes sync brings them back unless [hosts] ignore names them.": (
        "{hosts} 中仍有 {nodes}：minipanel nodes sync 会再次添加，除非写入 [hosts] ignore。"
    ),
    "[hosts] ignore in {path} matches {nodes}: unless you change it, minipanel nodes sync removes them.": (
        "{path} 的 [hosts] ignore 包含 {nodes}：如不修改，minipanel nodes sync 会再次移除这些节点。"
    ),
    # the running panel
    "{path} belongs to a demo: its nodes are simulated and can't be changed.": (
        "{path} 是演示的配置：其中的节点是模拟的，不能增减。"
    ),
    # other programs and files
    "{source} names {text}, which is not a node.": "{source} 中的 {text} 不是有效的节点。",
    "{program} is not installed on this machine.": "本机未安装 {program}。",
    "{program} did not finish within {seconds} s.": "{program} 运行 {seconds} 秒仍未结束。",
    "{program} printed more than {bytes} bytes.": "{program} 的输出超过 {bytes} 字节。",
    "{program} failed: {reason}": "{program} 失败：{reason}",
}
"""English -> Chinese."""
