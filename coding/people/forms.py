"""Forms about people and projects."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.utils import timezone

from coding.lib.forms import CleanForm
from coding.people import shortcuts
from coding.people.models import Membership, Project, Role, Token, User


class SignInForm(AuthenticationForm):
    """Sign in by e-mail address, whatever its capitals.

    The credential is named `email`, as the account's field is: under another name django-axes counts no failure.
    """

    error_messages = {
        "invalid_login": "This address and password do not match an account. "
        "Check both; passwords tell capitals apart.",
        "inactive": "This account is closed. Ask your administrator.",
    }

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = authenticate(self.request, email=email.strip().lower(), password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class OfficeSignInForm(SignInForm, AdminAuthenticationForm):
    """The same for the administrator's pages, which have a door of their own."""


class AccountForm(CleanForm, forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ["name", "theme", "single_keys"]
        labels = {"theme": "Light or dark"}
        help_texts = {"single_keys": "Switch off if you dictate, or if keys get in the way of your assistive software."}
        widgets = {"theme": forms.RadioSelect}


class KeyField(forms.CharField):
    """A key by its code or its cap. The page's script takes the key that is pressed; without it, it is typed."""

    default_error_messages = {
        "required": "Press a key, or type its name, such as B or KeyB.",
        "unknown": "This key can't be chosen. Choose a letter, a digit or a punctuation key, such as B, 0 or Slash.",
    }

    def __init__(self, shortcut: shortcuts.Shortcut) -> None:
        attrs = {"list": "key-codes", "data-default": shortcut.code, "data-group": shortcut.group, "size": "12",
                 "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}  # fmt: skip
        super().__init__(label=shortcut.words, widget=forms.TextInput(attrs))
        self.shortcut = shortcut

    def clean(self, value: Any) -> str:
        code = shortcuts.read_code(super().clean(value))
        if not code:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        if sentence := shortcuts.why_not(self.shortcut.group, code):
            raise forms.ValidationError(sentence, "taken")
        return code


class KeysForm(forms.Form):
    """A key for each action; what differs from the defaults is kept."""

    def __init__(self, data: Mapping[str, Any] | None, *, user: User) -> None:
        super().__init__(data, initial=shortcuts.resolved(user.keys))
        self.user = user
        self.fields.update({one.action: KeyField(one) for one in shortcuts.SHORTCUTS})

    def clean(self) -> dict[str, Any]:
        for one, other in shortcuts.doubles(self.cleaned_data):
            cap = shortcuts.CAPS[self.cleaned_data[one.action]]
            self.add_error(one.action, f"{cap} also stands for “{other.words}”. Choose another key for one of them.")
        return self.cleaned_data

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the name of their group."""
        pairs = [(one.group, self[one.action]) for one in shortcuts.SHORTCUTS]
        return [(name, [field for _, field in found]) for name, found in groupby(pairs, key=lambda pair: pair[0])]

    def save(self) -> None:
        self.user.keys = shortcuts.changes(self.cleaned_data)
        self.user.save(update_fields=["keys"])


class NewAccountForm(CleanForm, BaseUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    """The account of somebody who follows an invitation; the address is the invited one."""

    class Meta:
        model = User
        fields = ["name"]


class ProjectForm(CleanForm, forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Project
        fields = ["name", "question", "method_note"]
        widgets = {"question": forms.Textarea({"rows": 3}), "method_note": forms.Textarea({"rows": 5})}


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.CODER)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Membership
        fields = ["role"]


class TokenForm(CleanForm, forms.Form):
    name = forms.CharField(max_length=80, help_text="What it is for, for example: nightly export")
    scope = forms.ChoiceField(choices=Token.Scope.choices)
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, to_field_name="uid", empty_label="All my projects"
    )
    expires_on = forms.DateField(
        required=False, widget=forms.DateInput({"type": "date"}), label="Expires on", help_text="Empty: never"
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.now().date():
            raise forms.ValidationError("This day has passed. Choose today or a later one.", "past")
        return day
