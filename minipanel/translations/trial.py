"""The Chinese of `minipanel try`."""

CHINESE = {
    "agent": "Agent",
    "folder": "目录",
    "demo": "演示",
    "{url} and every other address of this machine": "{url} 及本机的其他地址",
    "{auth}: {reason}": "{auth}：{reason}",
    "{count} simulated nodes beside this machine": "本机之外另有 {count} 个模拟节点",
    "unchanged; --password-file sets another": "未更改；可用 --password-file 另设",
    "chosen with --auth": "由 --auth 指定",
    "as all nodes of a demo": "演示的节点都如此",
    "munged answers": "munged 可用",
    "Making a month of history for {count} simulated nodes ...": "正在为 {count} 个模拟节点生成一个月的历史 ……",
    "The page is up. Ctrl-C stops the panel and the agent.": "网页已启动。按 Ctrl-C 停止面板和 Agent。",
    "--password and --password-file can't be combined; give one of them.": (
        "--password 和 --password-file 不能同时使用；请只用其一。"
    ),
    "{nodes} is the number of a demo's nodes; give --demo with it.": "{nodes} 是演示的节点数；请加上 --demo。",
    "--auth munge can't be used: {trouble}": "无法使用 --auth munge：{trouble}",
    "--auth munge can't be combined with --demo: its nodes report with tokens.": (
        "--auth munge 不能与 --demo 同用：演示节点以令牌上报。"
    ),
    "{folder} holds a demo; add --demo, or name another folder with --dir.": (
        "{folder} 中是演示数据；请加上 --demo，或用 --dir 指定其他目录。"
    ),
    "--demo is {count}; it must be a whole number of nodes from 1 to {most}.": (
        "--demo 的值 {count} 无效；须为 1 到 {most} 的整数（节点数）。"
    ),
    "{folder} holds the data of real nodes; name another folder for the demo with --dir.": (
        "{folder} 中是真实节点的数据；请用 --dir 为演示指定其他目录。"
    ),
    "--host is {host}; it must be {allowed}.": "--host 的值 {host} 无效；须为{allowed}。",
    "--port is {port}; it must be a whole number from 1 to 65535.": "--port 的值 {port} 无效；须为 1 到 65535 的整数。",
    "{path} belongs to another panel: its database is elsewhere; name another folder with --dir.": (
        "{path} 属于另一个面板：其数据库在别处；请用 --dir 指定其他目录。"
    ),
    "MiniPanel already runs in {folder} (process {pid}), at {url}.": (
        "MiniPanel 已在 {folder} 中运行（进程 {pid}），地址为 {url}。"
    ),
    "{folder} is a file; name a folder with --dir.": "{folder} 是文件；请用 --dir 指定目录。",
    "{folder} can't be written: {reason}; name another folder with --dir.": (
        "{folder} 不可写：{reason}；请用 --dir 指定其他目录。"
    ),
}
"""English -> Chinese."""
