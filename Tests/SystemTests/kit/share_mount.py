"""share_mount.py ROOT MOUNTPOINT CONTROL   one node's view of a shared folder, which can hang or fail; a program of its own.

CONTROL holds `ok`, `hang` or the name of an error such as `ESTALE`. Locks are not seen across two mounts.
"""

import errno
import os
import sys
import time

from fusepy import FUSE, FuseOSError, Operations

_statistics = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_ino")
_space = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag", "f_frsize", "f_namemax")


class Folder(Operations):
    def __init__(self, root, control):
        self._root, self._control = root, control

    def __call__(self, operation, path, *arguments):
        """Every request passes here."""
        self._await_leave()
        if not hasattr(self, operation):
            raise FuseOSError(errno.ENOSYS)
        return getattr(self, operation)(path, *arguments)

    def _await_leave(self):
        while True:
            with open(self._control) as file:
                state = file.read().strip()
            if state != "hang":
                break
            time.sleep(0.05)
        if state != "ok":
            raise FuseOSError(getattr(errno, state))

    def _real(self, path):
        return self._root + path

    def getattr(self, path, handle=None):
        found = os.lstat(self._real(path))
        return {name: getattr(found, name) for name in _statistics}

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(self._real(path))]

    def open(self, path, flags):
        return os.open(self._real(path), flags)

    def create(self, path, mode, information=None):
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
        return 0

    def unlink(self, path):
        os.unlink(self._real(path))

    def rename(self, before, after):
        os.rename(self._real(before), self._real(after))

    def link(self, target, source):
        os.link(self._real(source), self._real(target))

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
        return {name: getattr(found, name) for name in _space}


if __name__ == "__main__":
    root, mount_point, control = sys.argv[1:4]
    FUSE(Folder(root, control), mount_point, foreground=True, nothreads=False, allow_other=True, attr_timeout=0, entry_timeout=0)
