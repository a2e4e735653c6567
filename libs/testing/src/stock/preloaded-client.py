"""Runs commands of a packaged OpenStack client, each in a process forked from one that has loaded the client already.

What runs is the client's own script with its own arguments, environment, streams and exit code; what is saved is one to two
seconds of imports per command. (The clients' interactive mode saves them as well, but hides exit codes and splits
words by other rules.) Requests and answers are lines of JSON on stdin and stdout:
{"argv": [...], "env": {...}} -> {"code": 0, "stdout": "...", "stderr": "..."}
"""

import importlib
import json
import os
import pkgutil
import runpy
import sys
import tempfile
import traceback

# Packages whose modules the client loads while it runs a command, beside those that its script imports.
LOADED_LATER = (
    "keystoneauth1.identity",
    "keystoneauth1.loading",
    "neutronclient.neutron.v2_0",
    "openstack.identity",
    "openstack.network",
    "openstackclient.identity",
    "openstackclient.network",
)


def preload(script):
    runpy.run_path(script, run_name="preloaded")
    for name in LOADED_LATER:
        if name.split(".")[0] not in sys.modules:
            continue
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            if ".tests." in module.name:
                continue
            try:
                importlib.import_module(module.name)
            except ImportError:
                pass  # An optional plugin: the command that needs it reports what is missing.
    # `def main(argv=sys.argv[1:])`: the arguments are read when this module is loaded, so each command loads it again.
    sys.modules.pop(f"{os.path.basename(script)}client.shell", None)


def run(script, argv, env):
    """In the forked process: never returns."""
    code = 1
    try:
        os.environ.clear()
        os.environ.update(env)
        sys.argv = [script, *argv]
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve(script):
    preload(script)
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            child = os.fork()
            if child == 0:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(stdout.fileno(), 1)
                os.dup2(stderr.fileno(), 2)
                run(script, request["argv"], request["env"])
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = {"code": status}
            for name, file in (("stdout", stdout), ("stderr", stderr)):
                file.seek(0)
                answer[name] = file.read().decode()
        print(json.dumps(answer), flush=True)


serve(sys.argv[1])
