"""What may be wrong, in Chinese: the sentences that commands end with, or that `minipanel status` shows."""

CHINESE = {
    # the panel
    "{url} gives no answer within {seconds} seconds.": "{url} 在 {seconds} 秒内没有响应。",
    "{url} can't be reached: {reason}.": "无法连接 {url}：{reason}。",
    "{url} answers, but is no MiniPanel.": "{url} 有响应，但不是 MiniPanel。",
    "{url} is answered by another panel: none runs on the database of {config}.": (
        "{url} 由另一个面板响应：没有面板在使用 {config} 的数据库。"
    ),
    "The running panel is version {running}, installed is {installed}: restart it.": (
        "运行中的面板版本为 {running}，已安装的版本为 {installed}：请重启面板。"
    ),
    # the database and its disk
    "{place} can't be written: it, or its disk, is read-only.": "{place} 不可写：文件或其所在磁盘只读。",
    "The disk of {folder} is full: {free} MB are free.": "{folder} 所在磁盘已满：剩余 {free} MB。",
    (
        "The disk of {folder} will be full in about {days} days, before the first records are old enough to go: "
        "the database becomes about {expected} MB, and {free} MB are free. Lower retention_days, or make room."
    ): (
        "{folder} 所在磁盘约 {days} 天后写满，届时最早的记录还未到期：数据库约需 {expected} MB，剩余空间 {free} MB。"
        "请调小 retention_days，或腾出空间。"
    ),
    "{path} can't be looked at: {reason}.": "无法查看 {path}：{reason}。",
    "There is no database {path} yet; the panel makes it at its first start.": (
        "数据库 {path} 尚不存在；面板首次启动时创建。"
    ),
    "{path} is a folder, a pipe or a device; it must be a file.": "{path} 是目录、管道或设备；须为文件。",
    "The database {path} can't be used: {reason}.": "数据库 {path} 无法使用：{reason}。",
    "The database {path} can't grow: the disk of {folder} is full.": (
        "数据库 {path} 无法写入更多数据：{folder} 所在磁盘已满。"
    ),
    "The database {path} can't be written: it, its folder or its disk is read-only.": (
        "数据库 {path} 不可写：文件、所在目录或磁盘只读。"
    ),
    "{path} is not a SQLite database; move it away or name another path in [database].": (
        "{path} 不是 SQLite 数据库；请移走它，或在 [database] 中指定其他路径。"
    ),
    "The database {path} is damaged; move it away and restore a backup.": (
        "数据库 {path} 已损坏；请移走它，并恢复备份。"
    ),
    "The database {path} is locked by another program; end that program.": (
        "数据库 {path} 被其他程序锁定；请结束该程序。"
    ),
    "The database {path} can't be opened: check that {folder} exists and may be written.": (
        "无法打开数据库 {path}：请检查 {folder} 是否存在且可写。"
    ),
    "The database {path} can't be used: the disk of {folder} is full or reports an error.": (
        "数据库 {path} 无法使用：{folder} 所在磁盘已满或出错。"
    ),
    "{path} is the database of another program; name another path in [database].": (
        "{path} 是其他程序的数据库；请在 [database] 中指定其他路径。"
    ),
    (
        "The database {path} has schema version {version}, this MiniPanel knows up to {newest}; "
        "install the MiniPanel that wrote it, or a newer one."
    ): (
        "数据库 {path} 的结构版本为 {version}，当前 MiniPanel 最高支持 {newest}；"
        "请安装写入它的 MiniPanel 版本或更新的版本。"
    ),
    # MUNGE
    "munged does not accept its own credential: {reason}.": "munged 不接受自己的凭据：{reason}。",
    "munged gives back another payload than it was given.": "munged 返回的内容与写入的不同。",
    "MUNGE made no credential: {reason}.": "MUNGE 无法生成凭据：{reason}。",
    "MUNGE could not be called: out of memory.": "无法调用 MUNGE：内存不足。",
    "MUNGE's socket {socket} cannot be used: {reason}.": "MUNGE 的套接字 {socket} 无法使用：{reason}。",
    "MUNGE needs Python's ctypes, which this Python lacks; use another Python, or token.": (
        "MUNGE 需要 Python 的 ctypes，而当前 Python 没有；请换用其他 Python，或改用令牌（token）。"
    ),
    "MUNGE's library cannot be loaded ({reason}); install the munge libraries.": (
        "无法加载 MUNGE 的库（{reason}）；请安装 munge 的库。"
    ),
    # backups
    "[backup] folder is {folder}, which can't be looked at: {reason}.": (
        "[backup] 的 folder 为 {folder}，无法查看：{reason}。"
    ),
    "No backup was made for {days} days; `journalctl -u minipanel` says why, if the panel runs.": (
        "已有 {days} 天没有备份；面板在运行时，原因见 journalctl -u minipanel。"
    ),
    "[backup] folder is {folder}": "[backup] 的 folder 为 {folder}",
    "{place}, where the database itself lies; name another folder, best on another disk.": (
        "{place}，与数据库在同一目录；请指定其他目录，最好在另一块磁盘上。"
    ),
    "{place}, and there is no such folder; make it, then run `minipanel setup`.": (
        "{place}，该目录不存在；请创建它，然后运行 minipanel setup。"
    ),
    "{place}, where the panel may not write; give the folder to the user {user}, then run `minipanel setup`.": (
        "{place}，面板没有写入权限；请将目录的属主改为 {user}，然后运行 minipanel setup。"
    ),
    "A copy needs {size} MB, and {free} MB are free on the disk of {folder}.": (
        "备份需要 {size} MB，而 {folder} 所在磁盘剩余 {free} MB。"
    ),
    "The copy of {path} is not sound ({complaint}), so the database may be damaged; none is kept.": (
        "{path} 的备份未通过校验（{complaint}），数据库可能已损坏；该备份未保留。"
    ),
    "{path} can't be written: {reason}.": "{path} 不可写：{reason}。",
    "{path} can't be written: the disk of {folder} is full or reports an error.": (
        "{path} 不可写：{folder} 所在磁盘已满或出错。"
    ),
    "{path} is not wanted any more.": "不再需要 {path}。",
    # the operating system's own words
    "Connection refused": "连接被拒绝",
    "No such file or directory": "文件或目录不存在",
    "Permission denied": "权限不足",
    "Read-only file system": "文件系统只读",
    "No space left on device": "磁盘空间不足",
    "Is a directory": "是目录",
    "Not a directory": "不是目录",
    "File exists": "文件已存在",
    "Input/output error": "输入/输出错误",
}
"""English with {names} for its values -> Chinese with the same."""
