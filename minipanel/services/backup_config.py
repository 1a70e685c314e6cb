"""[backup] of config.toml: backups of the database that the panel makes automatically."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from minipanel.config import kinds
from minipanel.config.section import Key, Section


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """`folder` None: no backups are made. `at`: the local time of day, "03:15"."""

    folder: Annotated[
        Path | None,
        Key(
            kinds.folder_path(),
            "The panel keeps daily backups of its database here. Then run `minipanel setup`: it opens the folder "
            "to the service.",
            "面板每天自动在此目录中备份一次数据库。设置后运行 `minipanel setup`，使服务可以写入该目录。",
        ),
    ] = None
    keep: Annotated[
        int, Key(kinds.whole_number(1, 1000), "How many backups are kept, 1 to 1000.", "保留的备份数量，1 到 1000。")
    ] = 7
    at: Annotated[
        str,
        Key(
            kinds.time_of_day(),
            "The time of the daily backup, in this machine's time zone.",
            "每天从这个时刻（本机时区）起进行备份。",
        ),
    ] = "03:15"


BACKUP = Section("backup", BackupConfig)
