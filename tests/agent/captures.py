"""The first lines of /proc/stat and /proc/meminfo, from old and new kernels."""

STAT = {
    "RHEL 8, 4.18, 128 CPUs": (
        "cpu  1839206512 40213 294867711 98214560129 4417718 31540982 9817254 0 0 0\n"
        "cpu0 17254421 302 3010417 764102335 61210 402115 310221 0 0 0\n"
    ),
    "RHEL 9, 5.14, 64 CPUs": (
        "cpu  90345672 3311 8834102 1219384410 120334 455120 301177 0 0 0\n"
        "cpu0 1501223 51 140211 19021334 2210 7441 21177 0 0 0\n"
    ),
    "a KVM host with guests": (
        "cpu  601445 2290 190022 11900455 8120 0 4011 0 420117 1200\n"
        "cpu0 601445 2290 190022 11900455 8120 0 4011 0 420117 1200\n"
    ),
    "a VM that is stolen from, 6.12": (
        "cpu  5692 0 5546 154480 632 0 107 1300 0 0\ncpu0 1936 0 2692 78425 132 0 18 500 0 0\n"
    ),
    "Linux 2.6.32, without guest_nice": "cpu  100 10 50 1000 20 1 2 0 0\ncpu0 100 10 50 1000 20 1 2 0 0\n",
}

MEMINFO = {
    "RHEL 8, 4.18, 512 GB": (
        "MemTotal:       527954944 kB\nMemFree:        412330104 kB\nMemAvailable:   501226608 kB\n"
        "Buffers:            5132 kB\nCached:         92110420 kB\nSwapCached:            0 kB\n"
    ),
    "RHEL 9, 5.14, 256 GB": (
        "MemTotal:       263437112 kB\nMemFree:        198222308 kB\nMemAvailable:   231118844 kB\n"
        "Buffers:            4212 kB\nCached:         33940012 kB\nSwapCached:            0 kB\n"
    ),
    "Raspberry Pi OS, 6.6, 4 GB": (
        "MemTotal:        3884324 kB\nMemFree:          188420 kB\nMemAvailable:    2610040 kB\n"
        "Buffers:          112040 kB\n"
    ),
    "RHEL 6, 2.6.32, without MemAvailable": (
        "MemTotal:       16334264 kB\nMemFree:         1133852 kB\nBuffers:          340176 kB\n"
        "Cached:         10204560 kB\n"
    ),
}
