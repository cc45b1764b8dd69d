"""The synchronous client of eci-as-sandbox, method by method."""

import time
import unittest

from eci_as_sandbox import EciSandbox, TmuxCommandStatus

from local_eci import local_client, random_text


class SyncClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.eci = EciSandbox()
        cls.eci.client = local_client()
        made = cls.eci.create(
            "python:3.12", name="Interop Sync!", env={"GREETING": "hello"},
            ports=[{"port": 8080}], tags={"suite": "sync"},
        )
        assert made.success, made.error_message
        cls.box = made.sandbox
        cls.id = made.sandbox.sandbox_id
        cls.wait_running()

    @classmethod
    def tearDownClass(cls):
        removed = cls.eci.delete(cls.id, force=True)
        assert removed.success, removed.error_message

    @classmethod
    def wait_running(cls):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            got = cls.eci.get_sandbox(cls.id)
            if got.success and got.data.status == "Running":
                return
            time.sleep(0.05)
        raise AssertionError("not running after 30 s")

    def test_get(self):
        got = self.eci.get(self.id)
        self.assertTrue(got.success, got.error_message)
        info = self.box.info().data
        self.assertEqual(info.sandbox_id, self.id)
        self.assertEqual(info.name, "interop-sync")
        self.assertEqual(info.status, "Running")
        self.assertEqual((info.cpu, info.memory), (1.0, 2.0))
        self.assertEqual(info.containers[0]["Name"], "sandbox")
        self.assertEqual(info.containers[0]["CurrentState"]["State"], "Running")

    def test_get_unknown(self):
        got = self.eci.get("eci-00000000000000000000")
        self.assertFalse(got.success)

    def test_list(self):
        listed = self.eci.list(tags={"suite": "sync"})
        self.assertTrue(listed.success, listed.error_message)
        self.assertEqual(listed.sandbox_ids, [self.id])
        self.assertEqual(listed.total_count, 1)
        nothing = self.eci.list(status="Failed", tags={"suite": "sync"})
        self.assertEqual(nothing.sandbox_ids, [])

    def test_list_pages(self):
        ids = set()
        for n in range(3):
            made = self.eci.create("busybox", tags={"suite": "sync-pages"})
            self.assertTrue(made.success, made.error_message)
            ids.add(made.sandbox.sandbox_id)
        seen, token = set(), ""
        for _ in range(5):
            page = self.eci.list(limit=2, next_token=token, tags={"suite": "sync-pages"})
            self.assertLessEqual(len(page.sandbox_ids), 2)
            seen.update(page.sandbox_ids)
            token = page.next_token
            if not token:
                break
        self.assertEqual(seen, ids)
        for id in ids:
            self.assertTrue(self.eci.delete(id, force=True).success)

    def test_exec_command(self):
        run = self.eci.exec_command(self.id, ["sh", "-c", "echo out; echo $GREETING"])
        self.assertTrue(run.success, run.error_message)
        self.assertEqual(run.output, "out\nhello\n")

    def test_exec_command_urls(self):
        run = self.eci.exec_command(self.id, ["true"], sync=False)
        self.assertTrue(run.success, run.error_message)
        self.assertTrue(run.websocket_url.startswith("ws"))

    def test_bash(self):
        run = self.box.bash("cd /usr && pwd; echo 'a  b' | wc -c", exec_dir="/tmp")
        self.assertTrue(run.success, run.error_message)
        self.assertEqual(run.output.split(), ["/usr", "5"])

    def test_bash_compressed(self):
        # Longer than 1,407 bytes: the package sends it gzipped.
        run = self.box.bash("echo " + "x" * 3000 + " | wc -c")
        self.assertTrue(run.success, run.error_message)
        self.assertEqual(run.output.strip(), "3001")

    def test_bash_ws(self):
        script = "\n".join(f"echo line {n}" for n in range(2000))
        run = self.eci.bash_ws(self.id, script, exec_dir="/tmp", timeout=60)
        self.assertTrue(run.success, run.error_message)
        self.assertEqual(run.output.splitlines(), [f"line {n}" for n in range(2000)])

    def test_write_file_ws(self):
        content = random_text(20000)
        wrote = self.eci.write_file_ws(self.id, "/tmp/some file", content)
        self.assertTrue(wrote.success, wrote.error_message)
        read = self.box.bash("cat '/tmp/some file'")
        self.assertEqual(read.output, content + "\n")

    def test_tmux(self):
        started = self.box.tmux_start("echo begin; sleep 1; echo end; exit 7")
        self.assertTrue(started.success, started.error_message)
        listed = self.box.tmux_list()
        self.assertIn(started.session_id, [s["session_id"] for s in listed.data])
        first = self.box.tmux_poll(started.session_id)
        self.assertTrue(first.success, first.error_message)
        done = self.box.tmux_wait(started.session_id, timeout=30)
        self.assertTrue(done.success, done.error_message)
        self.assertEqual(done.status, TmuxCommandStatus.COMPLETED)
        self.assertEqual(done.exit_code, 7)
        self.assertIn("begin\nend", done.output)

    def test_tmux_long_and_kill(self):
        command = "echo " + "y" * 2000 + " > /tmp/long; sleep 300"
        started = self.box.tmux_start(command)
        self.assertTrue(started.success, started.error_message)
        poll = self.box.tmux_poll(started.session_id)
        self.assertEqual(poll.status, TmuxCommandStatus.RUNNING)
        self.assertTrue(self.box.tmux_kill(started.session_id).success)
        gone = self.box.tmux_poll(started.session_id)
        self.assertEqual(gone.status, TmuxCommandStatus.NOT_FOUND)

    def test_restart(self):
        made = self.eci.create("busybox", tags={"suite": "sync-restart"})
        self.assertTrue(made.success, made.error_message)
        id = made.sandbox.sandbox_id
        end = time.monotonic() + 30
        while self.eci.get_sandbox(id).data.status != "Running" and time.monotonic() < end:
            time.sleep(0.05)
        self.assertTrue(self.eci.bash(id, "touch /tmp/mark").success)
        restarted = self.eci.restart(id)
        self.assertTrue(restarted.success, restarted.error_message)
        status = ""
        while status != "Running" and time.monotonic() < end:
            time.sleep(0.05)
            status = self.eci.get_sandbox(id).data.status
        self.assertEqual(status, "Running")
        self.assertEqual(self.eci.bash(id, "ls /tmp/mark 2>&1 | wc -l; ls /tmp").output, "1\n")
        self.assertTrue(self.eci.delete(id).success)


if __name__ == "__main__":
    unittest.main()
