"""The Chinese of `minipanel archive`."""

CHINESE = {
    # in the lines of `status` and `doctor`, too
    "archive": "归档",
    "{engine}: all records archived": "{engine}：全部已归档",
    "{engine}: sending earlier records": "{engine}：正在补传以前的记录",
    "{engine}: {count} records waiting, the oldest from {time}": "{engine}：{count} 条记录等待归档，最早的为 {time}",
    # its commands
    "There is no archive: {path} has no [storage].": "没有归档：{path} 中未设置 [storage]。",
    "engine": "引擎",
    "queue": "队列",
    "holds": "已归档",
    "push": "补传",
    "compared": "核对",
    "{url} answers": "{url} 正常",
    "all records from {time} on": "自 {time} 起的全部记录",
    "{sent} records sent, {count} of them read back twice, from {time}": (
        "自 {time} 起，已发送 {sent} 条记录，其中 {count} 条经两次回读确认"
    ),
    "{sent} records sent, {count} of them read back twice, from {time}; paused": (
        "自 {time} 起，已发送 {sent} 条记录，其中 {count} 条经两次回读确认；已暂停"
    ),
    "{time}: no difference": "{time}：无差异",
    "{time}: there was nothing to compare yet": "{time}：尚无可核对的记录",
    "{time}: {count} days of nodes were sent again": "{time}：重新发送了 {count} 组记录（每组为一个节点一天的记录）",
    "{sent} of {all} records sent, {count} read back twice": (
        "共 {all} 条记录，已发送 {sent} 条，两次回读确认 {count} 条"
    ),
    "{said}; about {minutes} minutes left": "{said}；约剩 {minutes} 分钟",
    "{said}; it waits: {why}": "{said}；正在等待：{why}",
    "The panel stopped; it continues on its own once it runs again.": ("面板已退出；再次运行后会自动继续补传。"),
    "The panel sends the records, and it is not running. Start it: systemctl start minipanel.": (
        "面板未运行，而记录由面板发送。请启动面板：systemctl start minipanel。"
    ),
    "Paused; `minipanel archive push` resumes.": ("已暂停；再次运行 minipanel archive push 即从断点继续。"),
    "All {count} records are in the engine; each was read back twice.": (
        "{count} 条记录均已存入引擎，并经两次回读确认。"
    ),
    "{count} of {all} records compared": "共 {all} 条记录，已核对 {count} 条",
    "{count} records compared; {differing} are missing in the engine or differ.": (
        "核对了 {count} 条记录，其中 {differing} 条在引擎中缺失或不一致。"
    ),
    "There are no records to compare.": "没有可核对的记录。",
    "{node}, {time}: missing in the engine, or different": "{node}，{time}：在引擎中缺失或不一致",
    "`minipanel archive push` sends them again.": "minipanel archive push 会重新发送这些记录。",
    "--since is {days} days, but the database keeps {kept}; raise [database] retention_days first.": (
        "--since 为 {days} 天，但数据库只保留 {kept} 天；请先调大 [database] retention_days。"
    ),
    "{node}, {place} of {nodes} nodes: {put} of {found} records added": (
        "{node}（第 {place} 个节点，共 {nodes} 个）：读取 {found} 条记录，写入 {put} 条"
    ),
    "{put} records were added; run `minipanel archive pull` again for the rest.": (
        "已写入 {put} 条记录；再次运行 minipanel archive pull 可取回其余记录。"
    ),
    "{found} records of {nodes} nodes read, {put} added.": "读取了 {nodes} 个节点的 {found} 条记录，写入 {put} 条。",
    "{count} were skipped: the engine has only a part of them.": "跳过 {count} 条：引擎中的数据不完整。",
    # what may be wrong with it
    "{url} can't be asked: {reason}.": "无法访问 {url}：{reason}。",
    "{url} answered {status}: {said}": "{url} 返回 {status}：{said}",
    "{url} does not answer as VictoriaMetrics does: {said}": ("{url} 返回的内容不是 VictoriaMetrics 的：{said}"),
    "The engine took more than {seconds} seconds.": "引擎用时超过 {seconds} 秒。",
    "Times up to {until} can't be read from the archive now: {reason}": (
        "目前无法从归档读取 {until} 及以前的数据：{reason}"
    ),
    "{url} answered with more than {count} bytes.": "{url} 返回的内容超过 {count} 字节。",
    "The panel stops.": "面板正在停止。",
    "{url} did not end its answer within {seconds} seconds.": "{url} 在 {seconds} 秒内没有返回完整结果。",
    "The file {path} of token_file can't be read: {reason}.": "无法读取 token_file 指定的文件 {path}：{reason}。",
    "The first line of {path} is not a token; it must be 1 to 4096 printable characters.": (
        "{path} 的第一行不是有效的令牌；须为 1 到 4096 个可打印字符。"
    ),
    (
        "{url} keeps records for {days} days only, and [storage] retention_days is {asked}; "
        "start it with -retentionPeriod={period} or more."
    ): (
        "{url} 只保留 {days} 天的记录，而 [storage] retention_days 为 {asked}；"
        "请以 -retentionPeriod={period} 或更大的值启动它。"
    ),
    (
        "{count} records were sent {tries} times and are still not at {url} as they were sent; "
        "look there for relabelling, a limit of series or a retention that is too short."
    ): (
        "{count} 条记录已发送 {tries} 次，但 {url} 中的数据仍与发送的不一致；"
        "请检查其 relabel 规则、序列数上限，以及保留期是否过短。"
    ),
    # [storage]
    (
        "an address such as http://vm1:8428 or https://vm1:8480/insert/0/prometheus, with http or https, a host, "
        "and no user, password, query or part after #"
    ): (
        "形如 http://vm1:8428 或 https://vm1:8480/insert/0/prometheus 的地址，协议为 http 或 https，含主机，"
        "不含用户、密码、查询参数或 # 之后的部分"
    ),
}
