"""The Chinese of `minipanel prometheus`."""

CHINESE = {
    "For Prometheus: the panel as one target for all nodes. Save it beside prometheus.yml and name it there:": (
        "供 Prometheus 使用：面板作为全部节点的唯一抓取目标。请保存到 prometheus.yml 旁边，并在其中写上："
    ),
    "{file} belongs to Prometheus (mode 0400) and holds an API token; on the panel's machine:": (
        "{file} 中存放 API 令牌，属主为 Prometheus（权限 0400）；令牌在面板所在机器上创建："
    ),
    "{file} is a copy of the panel's {own}.": "{file} 是面板上 {own} 的副本。",
    "the agents' interval: each sample is scraped once": "即采样间隔：每个样本恰好抓取一次",
    "--token-file is {path}; it must be an absolute path without control characters.": (
        "--token-file 为 {path}；必须是不含控制字符的绝对路径。"
    ),
}
