import subprocess
import sys

FEW = """
import resource
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
from transforms.feeds.background import background_loop
background_loop()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))
"""


def test_loop_may_hold_as_many_connections_as_the_system_lets_it():
    told = subprocess.run([sys.executable, "-c", FEW], check=True, capture_output=True, text=True, timeout=60)
    assert told.stdout == "True\n"
