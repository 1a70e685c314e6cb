"""The Chinese of restore and rollback."""

CHINESE = {
    # restore
    "checking the backup": "检查备份",
    "{file} can't be restored: {reason}. Nothing was changed.": "{file} 无法恢复：{reason}。未作任何改动。",
    "{records} records, the newest of {newest}": "{records} 条记录，最新一条的时间为 {newest}",
    "Only root can restore the database of the installed panel.": "只有 root 能恢复已安装面板的数据库。",
    "There is no folder {folder} for the database.": "数据库所在的目录 {folder} 不存在。",
    "A panel (process {pid}) that is not this machine's service uses {database}; stop it first.": (
        "有一个面板（进程 {pid}）正在使用 {database}，且它不是由本机的服务启动的；请先停止它。"
    ),
    "{file} can't be read: {reason}.": "无法读取 {file}：{reason}。",
    "{file} is not a file.": "{file} 不是文件。",
    "{file} is the database itself; name a copy of it.": "{file} 就是数据库本身；请指定它的备份。",
    "{log} is beside it, so {file} is incomplete: it is a database that was not closed. "
    "Use `minipanel backup` to make copies.": (
        "旁边有 {log}，说明 {file} 是未正常关闭的数据库，内容不完整。备份请用 minipanel backup 制作。"
    ),
    "stopping the panel": "停止面板",
    "replacing the database with the backup": "用备份替换数据库",
    "The database has {found} records; the copy has {records}.": "数据库有 {found} 条记录，而备份有 {records} 条。",
    "restoring the previous database": "换回原来的数据库",
    "The previous panel did not start either: {reason}": "原来的面板也未能启动：{reason}",
    "The previous database is {kept}.": "原来的数据库保留为 {kept}。",
    "The failed database is kept as {path}.": "未能使用的备份保留为 {path}。",
    "{file} is the database now, and the panel answers.": "数据库已恢复为 {file}，面板响应正常。",
    "{file} is the database now; start the panel.": "数据库已恢复为 {file}；请启动面板。",
    "The previous database, with all that was stored after the backup, is kept: {kept}": (
        "原来的数据库（含备份之后存入的全部数据）保留在：{kept}"
    ),
    "Undo: minipanel restore {kept}": "撤销恢复：minipanel restore {kept}",
    # an upgrade that changes the database
    "the upgrade copies it first, which needs {needed} MB in {folder}, and {free} MB are free": (
        "升级前会先备份数据库，{folder} 需要 {needed} MB 空间，可用空间仅 {free} MB"
    ),
    (
        "the upgrade copies it first: {needed} MB of {free} MB that are free, {duration}; meanwhile the "
        "nodes keep their samples"
    ): "升级前会先备份数据库：需 {needed} MB（可用空间 {free} MB），{duration}，期间样本缓存在节点上",
    "about {seconds} s": "约 {seconds} 秒",
    "about {minutes} minutes": "约 {minutes} 分钟",
    "copying the database": "备份数据库",
    "checking the copy of the database": "校验数据库备份",
    # rollback
    (
        "{version} can't run with this configuration: {reason}\nNothing was changed. Put a # before what "
        "{version} does not know in {path}, then start the rollback again."
    ): (
        "{version} 无法使用当前配置：{reason}\n"
        "未作任何改动。请在 {path} 中用 # 注释掉 {version} 不支持的内容，然后重新回滚。"
    ),
    "Another set-up is running.": "已有另一个安装程序在运行。",
    "From {newer} back to {older}": "从 {newer} 回滚到 {older}",
    "starting {version}": "启动 {version}",
    "Only root can go back to the previous release.": "只有 root 能回滚到之前的版本。",
    "No panel is installed in {home}.": "{home} 下没有安装面板。",
    "No release before {version} is kept here. Each upgrade keeps one.": (
        "本机没有 {version} 之前的版本；升级时会保留一个旧版本。"
    ),
    "{version} can't open the database {path}: later releases have changed it, and there is no copy "
    "from before. Once {version} is installed, `minipanel restore` can put back a backup that it can open.": (
        "{version} 无法打开数据库 {path}，其结构已被后来的版本改动，而改动前的备份已不存在。"
        "可在安装该版本后，用 minipanel restore 恢复它能打开的备份。"
    ),
    "{version} can't open the database as it is now; it gets the copy of {time}, from before the upgrade.": (
        "{version} 无法打开现在的数据库，将使用升级前的副本（{time}）。"
    ),
    "The {records} records stored since are carried over into it. What {version} does not know is lost.": (
        "此后存入的 {records} 条记录会并入其中。{version} 不支持的内容将丢失。"
    ),
    "The {records} records stored since are lost: {reason}": "此后存入的 {records} 条记录无法并入：{reason}",
    "The database as it is now is kept as {path}.": "现在的数据库保留为 {path}。",
    "Nothing was changed; --yes goes back anyway.": "未作任何改动；仍要回滚请加 --yes。",
    "Go back anyway?": "仍要回滚吗？",
    "carrying over the records stored since": "将此后的数据并入副本",
    "returning to {version}": "回滚到 {version}",
    "{version} did not start either:": "{version} 也未能启动：",
    "{version} runs again, and the panel answers.": "{version} 已重新运行，面板响应正常。",
    "The database of {version} is kept: {path}": "{version} 的数据库保留在：{path}",
    "The agents stay as they are and report to it. To install its own agent: minipanel rollout": (
        "Agent 保持不变，照常上报。如需分发此版本的 Agent：minipanel rollout"
    ),
    "Undo: {program} setup --no-rollout": "撤销回滚：{program} setup --no-rollout",
    # why a copy can't be taken
    "it is not a SQLite database": "它不是 SQLite 数据库",
    "it is the database of another program, not MiniPanel's": "它是其他程序的数据库，不是 MiniPanel 的",
    "its schema version is {version}, and this MiniPanel knows up to {known}; upgrade first": (
        "其结构版本为 {version}，当前 MiniPanel 最高支持 {known}；请先升级"
    ),
    "it is damaged ({complaint})": "它已损坏（{complaint}）",
    "{needed} MB are needed beside the database, and {free} MB are free": (
        "数据库所在的磁盘需要 {needed} MB 空间，可用空间仅 {free} MB"
    ),
    "the database {path} is a link or a folder; it must be a file": "数据库 {path} 是链接或目录；须为文件",
}
