"""Events in words."""

import json
from typing import Any

from coding.people.models import Event

# What a program's retry is answered with: kept as an event for its key, and nothing that anybody did.
KEPT_ANSWER = "answer_request"

# {name} and the like come from what the event says of the state after it, else before it.
WORDS = {
    "create_project": "started the project",
    "describe_project": "changed the project's description",
    "add_member": "added a member as {role}",
    "change_role": "changed a member's role to {role}",
    "remove_member": "removed a member",
    "lift_shield": "ended the blindness of somebody who left while coding blind",
    "invite": "invited {email} as {role}",
    "accept_invitation": "joined as {role}",
    "import_incidents": "imported {file}: {report}",
    "add_scale": "added the scale {name}",
    "choose_example": "chose words of incident {incident} as an example of {name}",
    "drop_example": "took back an example of {name} from incident {incident}",
    "import_ratings": "imported ratings into the round “{name}”",
    "create_code": "created the code “{name}”",
    "create_category": "created the category “{name}”",
    "reword_code": "reworded the code “{name}”",
    "reword_category": "reworded the category “{name}”",
    "label_category": "labelled the category “{name}” in vivo: {says}",
    "undo_label_category": "undid the in-vivo label of “{name}”",
    "adopt_code": "adopted the code “{name}”",
    "place_code": "placed “{name}” in {category}",
    "merge_codes": "merged a code into “{name}”",
    "retire_code": "retired the code “{name}”",
    "split_code": "split a code: “{name}” is new",
    "merge_categories": "merged a category into “{name}”",
    "split_category": "split a category: “{name}” is new",
    "undo_split_code": "undid the split of “{name}”",
    "undo_merge_categories": "undid the merge of the category “{name}”",
    "undo_split_category": "undid the split of the category “{name}”",
    "undo_merge_codes": "undid the merge of “{name}”",
    "undo_place_code": "undid the placing of “{name}”",
    "undo_adopt_code": "undid the adoption of “{name}”",
    "undo_retire_code": "undid the retirement of “{name}”",
    "undo_retire_category": "undid the retirement of “{name}”",
    "undo_reword_code": "undid the rewording of “{name}”",
    "undo_reword_category": "undid the rewording of “{name}”",
    "retire_category": "retired the category “{name}”",
    "relate": "related: {says}",
    "attach_evidence": "attached a segment that speaks {speaks}: {says}",
    "detach_evidence": "took back a segment that spoke {speaks}: {says}",
    "set_property": "worded the property “{name}” of “{of}”",
    "drop_property": "removed the property “{name}” of “{of}”",
    "locate_incidents": "placed {count} incidents on “{property}” of “{of}”",
    "unrelate": "took back the relation: {says}",
    "map_category": "mapped {says}",
    "judge_saturation": "judged the category “{name}” {says}",
    "note_case": "noted of a case against “{name}”: {says}",
    "unmap": "took back the mapping {says}",
    "unchoose_core": "took back the core category “{name}”",
    "choose_core": "chose “{name}” as the core category",
    "tell_storyline": "wrote the storyline",
    "freeze_edition": "froze edition {number}",
    "draft_round": "planned the round “{name}”",
    "discard_draft": "discarded the draft “{name}”",
    "open_round": "opened a round against edition {edition}",
    "release_round": "released a round",
    "put_in_group": "put a member into the group “{group}”",
    "measure": "measured a round again: {figures} figures",
    "open_readings": "opened the others' readings of a round",
    "add_incidents": "added incidents: {report}",
    "answer_request": "sent a request by program",
    "reopen_decision": "reopened a decision",
    "reopen_assignment": "gave an assignment back to its coder",
    "code_segment": "coded a segment",
    "remove_code": "took a code off a segment",
    "delete_segment": "deleted a segment",
    "code_hits": "coded several places at once",
    "change_code": "put another code on a segment",
    "move_ends": "moved the ends of a segment",
    "split_segment": "split a segment",
    "join_segments": "joined two segments",
    "say_uncertain": "said how certain a segment is",
    "speak_against": "said what a segment speaks against",
    "mark_paragraphs": "judged paragraphs",
    "call_uncodable": "said whether an incident can be coded",
    "propose_wording": "proposed another wording of a code",
    "ask_reopening": "asked for an assignment back",
    "undo": "undid an action",
    "redo": "did an action again",
    "submit": "submitted an incident",
    "reword_scalecategory": "reworded a category of the scale",
    "reword_layer": "reworded a layer of the scale",
    "add_scalecategory": "added a category to the scale",
    "add_layer": "added a layer to the scale",
    "move_scalecategory": "moved a category of the scale",
    "move_layer": "moved a layer of the scale",
    "place_scalecategory": "moved “{name}” of the scale to another layer",
    "undo_place_scalecategory": "undid the move of “{name}” of the scale to another layer",
    "undo_move_scalecategory": "undid the move of “{name}” of the scale",
    "undo_move_layer": "undid the move of the layer “{name}” of the scale",
    "undo_add_scalecategory": "undid that “{name}” was added to the scale",
    "undo_add_layer": "undid that the layer “{name}” was added to the scale",
    "undo_bring_back_scalecategory": "undid the return of “{name}” of the scale",
    "undo_bring_back_layer": "undid the return of the layer “{name}” of the scale",
    "retire_scalecategory": "retired “{name}” of the scale",
    "retire_layer": "retired the layer “{name}” of the scale",
    "bring_back_scalecategory": "brought “{name}” of the scale back",
    "bring_back_layer": "brought the layer “{name}” of the scale back",
    "merge_scalecategory": "merged a category of the scale into “{name}”",
    "split_scalecategory": "split a category of the scale: “{name}” is new",
    "undo_retire_scalecategory": "undid the retirement of “{name}” of the scale",
    "undo_retire_layer": "undid the retirement of the layer “{name}” of the scale",
    "undo_merge_scalecategory": "undid the merge of “{name}” of the scale",
    "undo_split_scalecategory": "undid the split of “{name}” of the scale",
    "undo_reword_scalecategory": "undid the rewording of “{name}” of the scale",
    "undo_reword_layer": "undid the rewording of the layer “{name}” of the scale",
    "second_thought": "had a second thought about a rating",
    "rate": "rated an incident",
    "sort_codes": "sorted codes into {name}: {count}",
    "remove_own_category": "removed an own category “{name}”",
    "submit_sort": "submitted a card sort",
    "choose_place": "gave the category “{name}” a place in the scale",
    "settle": "settled a disagreement",
    "take_over_mapping": "took a mapping round over: {mapped} mapped, {stood} stood so already",
    "write_memo": "wrote a memo",
    "reword_memo": "reworded a memo",
    "share_memo": "opened a memo to the project",
    "delete_memo": "deleted a memo",
    "publish_codebook": "finalised the codebook",
}


class _Gaps(dict[str, Any]):
    """A word that an event does not hold reads as a dash, not as an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def in_words(event: Event) -> str:
    """Say what an event did, in words; an unknown verb stands as it is."""
    said = json.loads(event.after or event.before or "{}")
    words = WORDS.get(event.verb, event.verb.replace("_", " "))
    if not isinstance(said, dict):
        return words
    return words.format_map(_Gaps({key: "no category" if value is None else value for key, value in said.items()}))
