"""Wall clocks of single processes, shifted while they run, and a time zone whose summer begins in a moment."""

import shutil
import struct
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

_compiler = shutil.which("cc") or shutil.which("clang")


def can_be_shifted():
    return _compiler is not None


class ShiftedClock:
    """Debian's libfaketime also shifts timers on monotonic clocks, which no jump of a real clock does; hence a small library of our own."""

    def __init__(self, folder, name):
        library = Path(folder) / "clock_shift.so"
        if not library.exists():
            source = Path(__file__).with_name("clock_shift.c")
            subprocess.run([_compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True, timeout=60)
        self._file = Path(folder) / f"{name}.clock"
        self.seconds = 0
        self._file.write_bytes(struct.pack("q", 0))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_SHIFT_FILE": str(self._file)}

    def shift(self, seconds):
        """From now on the processes of this environment see a clock that is so far ahead."""
        self.seconds = seconds
        with open(self._file, "r+b") as file:
            file.write(struct.pack("q", seconds))


def zone_whose_summer_begins_in(seconds):
    """A value of TZ: UTC until then, an hour ahead after it."""
    begin = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    # Days without a leap day (POSIX), so that a year is as good as another; the end is far away.
    day = min(begin.timetuple().tm_yday, 365)
    return f"AAA0BBB,J{day}/{begin:%H:%M:%S},J{(day + 180) % 365 + 1}", begin.timestamp()


def wait_until_time(timestamp):
    """Sleeps, since the time of day is what is waited for."""
    time.sleep(max(0, timestamp - time.time()))
