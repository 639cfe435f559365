"""Forms about people and projects."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm

from coding.people.models import Membership, Project, Role, Token, User


class SignInForm(AuthenticationForm):
    """Sign in by e-mail address."""

    error_messages = {
        "invalid_login": "This address and password do not match an account. Check both; passwords tell capitals apart.",
        "inactive": "This account is closed. Ask your administrator.",
    }


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ["name", "theme", "single_keys"]
        labels = {"theme": "Light or dark"}
        help_texts = {"single_keys": "Switch off if you dictate, or if keys get in the way of your assistive software."}
        widgets = {"theme": forms.RadioSelect}


class NewAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    """The account of somebody who follows an invitation; the address is the invited one."""

    class Meta:
        model = User
        fields = ["name"]


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
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


class TokenForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What it is for, for example: nightly export")
    scope = forms.ChoiceField(choices=Token.Scope.choices)
    project = forms.ModelChoiceField(Project.objects.none(), required=False, empty_label="All my projects")
    expires_on = forms.DateField(
        required=False, widget=forms.DateInput({"type": "date"}), label="Expires on", help_text="Empty: never"
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        self.fields["project"].queryset = Project.objects.visible_to(user)  # type: ignore[attr-defined]  # a ModelChoiceField
