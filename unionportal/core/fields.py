"""Model fields of our own: text that lies sealed in the database."""

from typing import Any, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.db.models.lookups import Lookup, Transform
from django.forms import CharField
from django.forms import Field as FormField

from unionportal.core.secrets import seal, unseal

_ST = TypeVar("_ST", contravariant=True)
_GT = TypeVar("_GT", covariant=True)


class SealedTextField(models.BinaryField[_ST, _GT]):
    """Text that is a ``str`` (or None) in Python and ciphertext in the database.

    It cannot be searched or compared there: put a ``blind_index`` beside it. The column
    it is bound to is ``app.model.field``; ``context`` keeps the old binding when a
    model or a field is renamed.
    """

    _pyi_private_set_type: str | Combinable
    _pyi_private_get_type: str  # type: ignore[assignment]
    description = "加密文本"
    empty_values = [None, ""]

    def __init__(self, *args: Any, context: str | None = None, **kwargs: Any) -> None:
        """Take an explicit binding, or leave it to the model."""
        kwargs.setdefault("editable", True)
        self._context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Keep an explicit binding in migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        if not self.editable:
            kwargs["editable"] = False
        if self._context is not None:
            kwargs["context"] = self._context
        return str(name), path, list(args), dict(kwargs)

    @property
    def context(self) -> str:
        """The string its values are bound to; bulk loaders pass it to ``seal_many``."""
        return self._context or f"{self.model._meta.label_lower}.{self.name}"

    def to_python(self, value: object) -> str | None:
        """Keep text as it is; anything else becomes text."""
        return None if value is None else str(value)

    def get_db_prep_value(
        self,
        value: str | None,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> object:
        """Seal on the way in."""
        if value is None:
            return None
        sealed = seal(str(value), context=self.context)
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(
        self, value: bytes | memoryview | None, *_unused: object
    ) -> str | None:
        """Open on the way out."""
        return None if value is None else unseal(bytes(value), context=self.context)

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        """Allow ``isnull`` only: equal values have different ciphertexts."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"加密字段 {self.name} 不能按内容查询，请查它旁边的盲索引列。")

    def get_transform(self, lookup_name: str) -> type[Transform] | None:
        """Refuse transforms for the same reason."""
        raise FieldError(f"加密字段 {self.name} 不能在数据库里变换（{lookup_name}）。")

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to be written out in the clear by ``dumpdata``."""
        raise TypeError(f"加密字段 {self.name} 不随 dumpdata 导出；备份请用 pg_dump。")

    def formfield(self, **kwargs: Any) -> FormField | None:
        """Return a text field."""
        return models.Field.formfield(self, form_class=CharField, **kwargs)
