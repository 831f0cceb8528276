"""The notes plugin once more, as a FastAPI application with asyncpg: same routes, rules, answers and errors.

Written the way the documentation of FastAPI and the larger example projects write it. What the host gives the plugin (the
envelope, token verification, the pool, the error format) is what `server.py` of such a project holds once for all of its
routers; it is imported here and not counted on either side.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import asyncpg
import structlog
from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings

from server import AppError, CurrentUser, Envelope, PageMeta, current_user, pool, users_client

# region schemas


class NoteCreate(BaseModel):
    title: str = Field(min_length=1, max_length=200, examples=["Buy milk"])
    text: str | None = Field(default=None, max_length=10_000)


class NoteResponse(BaseModel):
    id: int = Field(examples=[7])
    title: str = Field(examples=["Buy milk"])
    text: str | None
    created_at: datetime


class NoteAuthor(BaseModel):
    id: int
    full_name: str = Field(examples=["Ada Lovelace"])


class NoteWithAuthor(BaseModel):
    note: NoteResponse
    author: NoteAuthor


class NoteList(BaseModel):
    items: list[NoteResponse]


# endregion
# region wiring


class Settings(BaseSettings, env_prefix="APP_NOTES_"):
    count_max: int = Field(default=1000, ge=1, le=100_000)


class NoteNotFound(AppError):
    status_code = status.HTTP_404_NOT_FOUND
    code = "NOTE_NOT_FOUND"

    def __init__(self, note_id: int) -> None:
        super().__init__(f"Note with id '{note_id}' not found")


class TitleTaken(AppError):
    status_code = status.HTTP_409_CONFLICT
    code = "TITLE_TAKEN"
    message = "You have a note with this title"


class TooManyNotes(AppError):
    status_code = status.HTTP_409_CONFLICT
    code = "TOO_MANY_NOTES"
    message = "You keep too many notes. Delete one first."


settings = Settings()
log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/notes", tags=["notes"], dependencies=[Depends(current_user)])


async def connection() -> AsyncIterator[asyncpg.Connection]:
    async with pool().acquire() as leased, leased.transaction():
        yield leased


Db = Annotated[asyncpg.Connection, Depends(connection)]
User = Annotated[CurrentUser, Depends(current_user)]
NoteId = Annotated[int, Path()]

# endregion
# region sql

INSERT = """INSERT INTO notes (owner_id, title, text) VALUES ($1, $2, $3)
            RETURNING id, title, text, created_at"""
COUNT = "SELECT count(*) FROM notes WHERE owner_id = $1"
FIND = "SELECT id, title, text, created_at FROM notes WHERE id = $1 AND owner_id = $2"
LIST = """SELECT id, title, text, created_at FROM notes WHERE owner_id = $1
          ORDER BY id LIMIT $2 OFFSET $3"""
DELETE = "DELETE FROM notes WHERE id = $1 AND owner_id = $2"

# endregion
# region handlers


@router.get("/", summary="List your notes")
async def list_notes(
    user: User,
    db: Db,
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Envelope[NoteList]:
    total = await db.fetchval(COUNT, user.id)
    rows = await db.fetch(LIST, user.id, per_page, (page - 1) * per_page)
    items = [NoteResponse(**row) for row in rows]
    return Envelope(data=NoteList(items=items), meta=PageMeta.of(page, per_page, total))


@router.post("/", summary="Create a note", status_code=status.HTTP_201_CREATED,
             responses=AppError.responses(TitleTaken, TooManyNotes))
async def create_note(
    note: NoteCreate, user: User, db: Db, response: Response
) -> Envelope[NoteResponse]:
    if await db.fetchval(COUNT, user.id) >= settings.count_max:
        raise TooManyNotes
    try:
        row = await db.fetchrow(INSERT, user.id, note.title, note.text)
    except asyncpg.UniqueViolationError as error:
        raise TitleTaken from error
    log.info("notes.created", note_id=row["id"])
    response.headers["Location"] = f"/api/v1/notes/{row['id']}"
    return Envelope(data=NoteResponse(**row))


@router.get("/{note_id}", summary="Get one note and its author",
            responses=AppError.responses(NoteNotFound))
async def show_note(note_id: NoteId, user: User, db: Db) -> Envelope[NoteWithAuthor]:
    row = await db.fetchrow(FIND, note_id, user.id)
    if row is None:
        raise NoteNotFound(note_id)
    author = await users_client().get(f"/users/{user.id}", NoteAuthor)
    return Envelope(data=NoteWithAuthor(note=NoteResponse(**row), author=author))


@router.delete("/{note_id}", summary="Delete a note", status_code=status.HTTP_204_NO_CONTENT,
               responses=AppError.responses(NoteNotFound))
async def delete_note(note_id: NoteId, user: User, db: Db) -> None:
    if await db.execute(DELETE, note_id, user.id) == "DELETE 0":
        raise NoteNotFound(note_id)


# endregion
