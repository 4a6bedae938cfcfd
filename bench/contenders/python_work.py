"""The other end of python_work.ts: a piece of work of the bench, done by Python.

Speaks by standard input and output. It gets a line of JSON and the bytes of all operands, one after
the other, and says that it is ready; then for each line `run TIMES` it answers with the processor
time spent in runs so far, in milliseconds, and for a line `result` with float32.
"""

import json
import math
import sys
import time

import numpy as np


def given():
    """The line of JSON."""
    return json.loads(sys.stdin.buffer.readline())


def operand(dtype, *shape):
    """The next operand."""
    bytes_each = np.dtype(dtype).itemsize
    data = bytearray(sys.stdin.buffer.read(bytes_each * math.prod(shape)))
    return np.frombuffer(data, dtype).reshape(shape)


def serve(run, result, spent=time.process_time):
    """Answers until the bench is done.

    `run(times)` does the work; `result()` gives arrays of float32; `spent()` counts seconds of
    processor time, of other processes too where there are any.
    """
    total = 0
    say(b"ready\n")
    for line in iter(sys.stdin.buffer.readline, b""):
        verb, *arguments = line.split()
        if verb == b"run":
            start = spent()
            run(int(arguments[0]))
            total += spent() - start
            say(b"%r\n" % (1000 * total))
        else:
            say(b"".join(array.tobytes() for array in result()))


def say(answer):
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
