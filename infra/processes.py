"""Processes that must not outlive the one that started them."""

import ctypes
import signal
import subprocess
import sys
from typing import IO

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask the kernel to send this process SIGTERM when its parent ends, however it ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, where the terminal's Ctrl-C does not reach it.

    Call it while this process has one thread only (preexec_fn).
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )


def end(process: "subprocess.Popen[bytes]", seconds: float = 5.0) -> None:
    """End a process in order, or else for good."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
