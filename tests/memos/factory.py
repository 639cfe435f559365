"""A small study in which memos are written, by the verbs."""

from coding.codes.models import Code
from coding.memos.rules import write_memo
from tests import factory


class Study:
    """Ada and Bo code an incident blind; Ada has one segment with a code of her own."""

    def __init__(self, project, ada, bo, **plan):
        self.project, self.ada, self.bo = project, ada, bo
        self.lead = factory.lead_of(project)
        self.incident, self.other = factory.incidents(project, 2)
        self.round = factory.round_of(project, [ada, bo], incidents=[self.incident], **plan)
        self.work = factory.assignment(self.round, ada)
        factory.code(self.work, "late fee", "inventing a rule")
        self.segment = self.work.segments.get()
        self.code = Code.objects.get(coined_by=ada)

    def bos_segment(self):
        theirs = factory.assignment(self.round, self.bo)
        factory.code(theirs, "The guest", "waiting")
        return theirs.segments.get()


def memo(by, project, text="Why so late?", kind="code", **on):
    return write_memo(by, project, kind, text, **on)
