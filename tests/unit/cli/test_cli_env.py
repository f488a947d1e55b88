"""`labkit env`: lines that a shell may run, whatever the folders are called."""

from labkit.cli.env import exports
from labkit.foundation.process import SystemRunner


def test_shell_has_the_values_afterwards_and_runs_nothing_that_is_in_them() -> None:
    known = {"KUBECONFIG": "/home/ada lovelace/it's; $(exit 7)", "PATH": "/a:/b c"}
    script = "; ".join([*exports(known), 'printf "%s|%s" "$KUBECONFIG" "$PATH"'])
    assert SystemRunner()(["sh", "-euc", script]).output == "|".join(known.values())
