"""One node's view of a shared folder that can hang: a FUSE mount over the real one, steered by a file.

Run as a program: ROOT MOUNTPOINT CONTROL. While CONTROL says `hang`, every call into the mount waits.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

try:
    from fusepy import FUSE, Operations  # Debian's name of the module
except ImportError:
    try:
        from fuse import FUSE, Operations
    except ImportError:
        FUSE, Operations = None, object


def is_available():
    return FUSE is not None and Path("/dev/fuse").exists() and os.geteuid() == 0


class _Folder(Operations):
    def __init__(self, root, control):
        self.root, self.control = root, control

    def __call__(self, operation, path, *arguments):
        while operation not in ("init", "destroy") and self.control.read_text().strip() == "hang":
            time.sleep(0.05)
        if not hasattr(self, operation):
            raise OSError(38, "not implemented")
        return getattr(self, operation)(path, *arguments)

    def _real(self, path):
        return self.root + path

    def getattr(self, path, handle=None):
        found = os.lstat(self._real(path))
        return {name: getattr(found, name) for name in dir(found) if name in (
            "st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_ino")}

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(self._real(path))]

    def open(self, path, flags):
        return os.open(self._real(path), flags)

    def create(self, path, mode, info=None):
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def read(self, path, size, offset, handle):
        return os.pread(handle, size, offset)

    def write(self, path, data, offset, handle):
        return os.pwrite(handle, data, offset)

    def truncate(self, path, length, handle=None):
        os.truncate(self._real(path), length)

    def flush(self, path, handle):
        return 0

    def fsync(self, path, data_only, handle):
        os.fsync(handle)
        return 0

    def fsyncdir(self, path, data_only, handle):
        return 0

    def release(self, path, handle):
        os.close(handle)

    def unlink(self, path):
        os.unlink(self._real(path))

    def rename(self, old, new):
        os.rename(self._real(old), self._real(new))

    def mkdir(self, path, mode):
        os.mkdir(self._real(path), mode)

    def rmdir(self, path):
        os.rmdir(self._real(path))

    def chmod(self, path, mode):
        os.chmod(self._real(path), mode)

    def utimens(self, path, times=None):
        os.utime(self._real(path), times)

    def statfs(self, path):
        found = os.statvfs(self._real(path))
        return {name: getattr(found, name) for name in (
            "f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag", "f_frsize", "f_namemax")}


class FaultFolder:
    """Mounts `root` on a new folder below `place`; `close` ends it, hung or not."""

    def __init__(self, root, place):
        self.path = Path(place) / "mounted"
        self.path.mkdir(parents=True)
        self.control = Path(place) / "control"
        self.control.write_text("ok")
        self.process = subprocess.Popen([sys.executable, "-B", __file__, str(root), str(self.path), str(self.control)])
        end = time.monotonic() + 20
        while not os.path.ismount(self.path):
            assert time.monotonic() < end and self.process.poll() is None, "the folder is not mounted"
            time.sleep(0.05)

    def hang(self):
        self.control.write_text("hang")

    def go_on(self):
        self.control.write_text("ok")

    def close(self):
        self.go_on()
        subprocess.run(["umount", "-l", str(self.path)], check=False)
        self.process.terminate()
        self.process.wait(20)


if __name__ == "__main__":
    FUSE(
        _Folder(sys.argv[1], Path(sys.argv[3])), sys.argv[2], foreground=True, nothreads=False, attr_timeout=0, entry_timeout=0)
