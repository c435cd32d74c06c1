"""Who takes figures away stands in the trail, with which run and which part; what is refused does not."""

from sqlalchemy import select

from surveys import anchors
from surveys.models import Analysis, AuditEntry
from surveys.proving.findings import Kind
from surveys.proving.proof import prove
from tests.surveys.tampering import tamper
from tests.web.demo_site import SECOND, demo_file, site_url  # noqa: F401

DOWNLOADS = ("index.download", "run.download")


def noted(session):
    session.rollback()
    wanted = select(AuditEntry).where(AuditEntry.action.in_(DOWNLOADS)).order_by(AuditEntry.id)
    return [(each.action, each.actor, each.target, each.detail) for each in session.scalars(wanted)]


def test_a_table_of_figures_that_somebody_downloads_is_noted(viewer, session):
    assert viewer.client.get(f"/insight/{SECOND}/index.csv").status_code == 200
    assert viewer.client.get(f"/insight/{SECOND}/index.csv?part=customer_class:other").status_code == 302
    assert viewer.client.get("/insight/NEVER/index.csv").status_code == 404
    [(action, actor, target, detail)] = noted(session)
    assert (action, actor, target) == ("index.download", "viewer@example.org", f"wave:{SECOND}")
    assert detail["part"] == ""
    assert session.get(Analysis, detail["run"]).wave_codes == [SECOND]


def test_pages_and_files_of_figures_say_how_the_trail_ended(viewer, analyst, session):
    def held(text):
        """The last anchor of a text: proved from outside, and how many entries are newer."""
        session.rollback()
        outside = anchors.read(text)
        assert outside, text[-400:]
        proof = prove(session, outside)
        assert {Kind.TRAIL_OTHER, Kind.TRAIL_SHORTER}.isdisjoint(each.kind for each in proof.findings)
        return proof.newer

    for path in (f"/insight/?wave={SECOND}", f"/insight/{SECOND}/constructs/SAT"):
        assert held(viewer.browse(path).select_one("footer .anchor code").get_text()) == 0
    assert held(viewer.client.get(f"/insight/{SECOND}/index.csv").get_data(as_text=True)) == 0
    run = session.scalars(select(Analysis).where(Analysis.result.is_not(None))).first()
    assert held(analyst.browse(f"/runs/{run.id}").select_one("footer .anchor code").get_text()) == 0
    kept = analyst.client.get(f"/runs/{run.id}/result.json").get_data(as_text=True)
    assert held(kept) == 0
    viewer.client.get(f"/insight/{SECOND}/index.csv")
    assert held(kept) == 1, "what came later is not proved by it"
    tamper(
        session,
        "audit_entry",
        f"UPDATE audit_entry SET hash = 'x' WHERE number = {anchors.read(kept)[0].number}",
    )
    assert Kind.TRAIL_OTHER in {each.kind for each in prove(session, anchors.read(kept)).findings}


def test_a_run_that_somebody_downloads_is_noted(analyst, viewer, session):
    run = session.scalars(select(Analysis).where(Analysis.result.is_not(None))).first()
    assert viewer.client.get(f"/runs/{run.id}/result.json").status_code == 403
    assert analyst.client.get("/runs/999999/result.json").status_code == 404
    assert noted(session) == []
    assert analyst.client.get(f"/runs/{run.id}/result.json").status_code == 200
    assert noted(session) == [
        ("run.download", "analyst@example.org", run.wave_codes[0], {"run": run.id}),
    ]
    assert Kind.ENTRY not in {each.kind for each in prove(session).findings}
