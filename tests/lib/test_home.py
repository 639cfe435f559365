"""LOAM_HOME: where data and the demo's secret lie."""

from coding.lib.home import ROOT, home, kept_secret, prepare_demo


def test_it_is_beside_manage_unless_said(tmp_path):
    assert home({}) == ROOT / ".loam"
    assert home({"LOAM_HOME": str(tmp_path)}) == tmp_path


def test_the_demo_writes_a_secret_once_that_only_its_owner_reads(tmp_path):
    environ = {"LOAM_HOME": str(tmp_path / "new")}
    prepare_demo(environ)
    first = kept_secret(environ)
    assert len(first) >= 64
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert environ["LOAM_PLAIN_HTTP"] == "1"
    prepare_demo(environ)
    assert kept_secret(environ) == first


def test_a_given_secret_is_not_written_down(tmp_path):
    environ = {"LOAM_HOME": str(tmp_path), "LOAM_SECRET_KEY": "given"}
    prepare_demo(environ)
    assert kept_secret(environ) == ""


def test_no_secret_is_empty(tmp_path):
    assert kept_secret({"LOAM_HOME": str(tmp_path)}) == ""
