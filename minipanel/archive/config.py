"""[storage] of config.toml: the engine that keeps records for years, beside SQLite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from minipanel.config import kinds
from minipanel.config.kinds import Kind
from minipanel.config.section import Key, Section
from minipanel.config.table import Table
from minipanel.models.names import is_host

URL_ALLOWED = (
    "an address such as http://vm1:8428 or https://vm1:8480/insert/0/prometheus, with http or https, a host, "
    "and no user, password, query or part after #"
)
MAX_CHARACTERS = 1024


def engine_url() -> Kind:
    """Return the kind of a URL to which request paths are appended. A slash at its end is removed."""
    return kinds.text(URL_ALLOWED, _parse)


def _parse(value: str) -> str | None:
    if not (value.isascii() and value.isprintable() and " " not in value and len(value) <= MAX_CHARACTERS):
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port over 65535, an unclosed bracket
        return None
    has_more = parts.query or parts.fragment or parts.username is not None or parts.password is not None
    if parts.scheme not in ("http", "https") or has_more or not is_host(host) or port == 0:
        return None
    return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """`engine` None: there is no archive. `read_url` None: the same as `write_url`, as for a single node."""

    engine: Annotated[
        Literal["victoriametrics"] | None,
        Key(
            kinds.choice("victoriametrics"),
            "The engine that also keeps each finished record: see Archive. Without it there is no archive.",
            "另外保存每条已完成记录的存储引擎，见《归档》。不设置则不归档。",
        ),
    ] = None
    write_url: Annotated[
        str | None,
        Key(
            engine_url(),
            "Where records are sent: the single node's address, or that of vminsert with its tenant.",
            "写入地址：单节点的地址，或带租户的 vminsert 地址。",
            example="http://vm1:8428",
        ),
    ] = None
    read_url: Annotated[
        str | None,
        Key(
            engine_url(),
            "Where they are read back: the single node's address, or that of vmselect with its tenant.",
            "读取地址：单节点的地址，或带租户的 vmselect 地址。",
            words=("`write_url`", "同 `write_url`"),
        ),
    ] = None
    retention_days: Annotated[
        int,
        Key(
            kinds.whole_number(1, 36_500),
            "How far back the panel asks the engine, 1 to 36500. The engine's own retention decides what is kept.",
            "面板最多向引擎查询多少天以前的记录，1 到 36500。实际保留多久由引擎自身的保留期决定。",
        ),
    ] = 730
    cluster: Annotated[
        str,
        Key(
            kinds.hostname(),
            "The label `cluster` of all series. Give each cluster its own where several share an engine, and keep it.",
            "所有时间序列的 `cluster` 标签。多个集群共用一个引擎时各用一个名称，设定后不要再改。",
        ),
    ] = "minipanel"
    token_file: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "Its first line is sent as a bearer token, where the engine asks for one.",
            "引擎需要令牌时，把此文件的第一行作为 Bearer 令牌发送。",
        ),
    ] = None
    ca_file: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "The CA certificate to check the engine's against, instead of the machine's.",
            "用于验证引擎证书的 CA 证书，代替系统自带的。",
        ),
    ] = None

    @property
    def reads_from(self) -> str:
        """The address that records are read back from."""
        return self.read_url or self.write_url or ""


def _check(table: Table, storage: StorageConfig) -> StorageConfig:
    if storage.engine is not None and storage.write_url is None:
        raise table.missing("write_url", URL_ALLOWED)
    if storage.engine is None and storage.write_url is not None:
        raise table.missing("engine", '"victoriametrics"')
    return storage


STORAGE = Section("storage", StorageConfig, _check)
