"""The control socket: whom it lets in, and which units make it."""

import grp
import json
import os
import pathlib
import socket
import stat
import traceback

from lab import DEADLINE, Service, main_process, show, systemctl, wait

UNIT = "/run/peerd-control/socket"
OWN = "/run/peerd/control"
STATUS = "org.peerd.Peers.Status"
DENIED = {"error": "org.varlink.service.PermissionDenied", "parameters": {}}
# Debian's user and group of this name, which are there on every machine.
STRANGER = 1


def call(path, method, **parameters):
    """One call and its answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE)
        client.connect(path)
        client.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            chunk = client.recv(65536)
            if not chunk:
                raise AssertionError(f"no answer, but {answer}")
            answer += chunk
    return json.loads(answer[:-1])


def change(path):
    return call(path, "org.peerd.Peers.SetNetworkActive", active=True)


def as_user(groups, function, *arguments):
    """What a function returns to somebody who is in these groups besides their own, or the name of
    what it raises. In a process of its own: there is no way back."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups)
            os.setresgid(STRANGER, STRANGER, STRANGER)
            os.setresuid(STRANGER, STRANGER, STRANGER)
            try:
                result = function(*arguments)
            except OSError as error:
                result = type(error).__name__
            os.write(writing, json.dumps(result).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        result = pipe.read()
    os.waitpid(child, 0)
    return json.loads(result)


class Control(Service):
    def setUp(self):
        super().setUp()
        self.members = [grp.getgrnam("peerd").gr_gid]

    def assert_served(self, path):
        """By root and by members of the group, and by nobody else."""
        self.assertEqual(change(path), {"parameters": {}})
        self.assertIn("status", as_user(self.members, call, path, STATUS)["parameters"])
        self.assertEqual(as_user(self.members, change, path), {"parameters": {}})
        self.assertEqual(as_user([], call, path, STATUS), "PermissionError")

    def test_members_of_the_group_ask_and_change_by_the_unit_s_socket(self):
        systemctl("start", "peerd-control.socket", "peerd.service")
        self.assert_served(UNIT)
        # The service makes none beside it.
        self.assertFalse(os.path.exists(OWN))

    def test_members_of_the_group_ask_and_change_by_the_service_s_own_socket(self):
        self.start()
        found = os.stat(OWN)
        self.assertEqual(stat.filemode(found.st_mode), "srw-rw----")
        self.assertEqual(found.st_gid, self.members[0])
        self.assert_served(OWN)
        self.journal.first(event="control-listening")
        systemctl("stop", "peerd.service")
        self.assertFalse(os.path.exists(OWN))

    def test_another_write_group_can_t_be_seen_by_the_service_which_says_so(self):
        self.configure(self.configuration + '[control]\nwrite-group = "daemon"\n')
        systemctl("start", "peerd-control.socket", "peerd.service")
        entry = self.journal.first(event="control-group-unmapped")
        self.assertEqual(entry["PRIORITY"], "4")
        self.assertIn("'daemon'", entry["MESSAGE"])
        # Members of that group, as of any other, may only ask, if the socket lets them in.
        groups = [*self.members, STRANGER]
        self.assertIn("parameters", as_user(groups, call, UNIT, STATUS))
        self.assertEqual(as_user(groups, change, UNIT), DENIED)
        self.assertEqual(change(UNIT), {"parameters": {}})
        # A reload gives it back to the service's own.
        self.configure(self.configuration)
        self.assertEqual(call(UNIT, "org.peerd.Peers.Reload"), {"parameters": {"needsRestart": []}})
        self.assertEqual(as_user(self.members, change, UNIT), {"parameters": {}})

    def test_start_returns_when_the_socket_answers(self):
        for _ in range(5):
            # Without waiting for anything: READY=1 is what `systemctl` waits for.
            systemctl("restart", "peerd.service")
            self.assertIn("status", call(OWN, STATUS)["parameters"])

    def test_the_unit_s_socket_stays_when_the_service_stops_and_starts_it_again(self):
        self.addCleanup(systemctl, "disable", "peerd-control.socket")
        systemctl("enable", "--now", "peerd-control.socket")
        self.assertEqual(show("ActiveState"), "inactive")
        self.assertEqual(show("UnitFileState", "peerd-control.socket"), "enabled")
        first = None
        for _ in range(2):
            # Whoever comes first starts it, and is answered when it is there.
            self.assertIn("status", as_user(self.members, call, UNIT, STATUS)["parameters"])
            self.assertEqual(show("ActiveState"), "active")
            self.assertNotEqual(main_process(), first)
            first = main_process()
            systemctl("stop", "peerd.service")
            self.assertEqual(show("ActiveState", "peerd-control.socket"), "active")
            self.assertTrue(pathlib.Path(UNIT).is_socket())
        systemctl("stop", "peerd-control.socket")
        self.assertFalse(os.path.exists(UNIT))

    def test_each_instance_has_its_own(self):
        ports = {"one": 4001, "two": 4002}
        for name, port in ports.items():
            self.configure(f'[[listen]]\naddress = "127.0.0.1:{port}"\n'
                           f"[outbound]\ntarget = {port - 4000}\n", file=f"{name}.toml")
            self.start(f"peerd@{name}")
        for name, port in ports.items():
            path = f"/run/peerd-{name}/control"
            self.assert_served(path)
            status = call(path, STATUS)["parameters"]["status"]
            self.assertEqual(status["limits"]["outbound"], port - 4000)
        self.assertEqual(as_user(self.members, call, OWN, STATUS), "FileNotFoundError")

    def test_a_connect_goes_with_its_caller(self):
        server = self.listen()
        server.listen(0)
        self.start()
        with socket.create_connection(server.getsockname()):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(OWN)
                address = "%s:%d" % server.getsockname()
                message = {"method": "org.peerd.Peers.Connect", "parameters": {"address": address}}
                client.sendall(json.dumps(message).encode() + b"\0")
                dialing = lambda: call(OWN, STATUS)["parameters"]["status"]["dialing"]["manual"]
                wait("it is dialled", lambda: dialing() == 1)
            wait("it is given up", lambda: dialing() == 0)
