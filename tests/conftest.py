"""What every test shares: no network but loopback, the shipped content, and a coach built from fakes."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from app.coach import Coach
from app.content import Catalog, default_root, load
from app.prompts import Prompts, load_prompts
from tests.contract.server import indexed_once
from tests.fakes import FixedClock, MemoryStore, ModelJudge, NoRetriever, ScriptedJudge, engine

os.environ["HF_HUB_OFFLINE"] = "1"
# A busy machine is no reason to fail, and the unit tests take seconds.
settings.register_profile("viva", deadline=None, max_examples=25)
settings.load_profile("viva")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Block the network in every test: `--disable-socket` with loopback and Unix sockets allowed, wherever pytest runs."""
    config.option.disable_socket = True
    config.option.allow_unix_socket = True
    config.option.allow_hosts = "127.0.0.1,::1,localhost"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The notes and rubrics that ship with Viva."""
    return load(default_root())


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    """The prompts that ship with Viva."""
    return load_prompts(default_root() / "prompts")


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index built, to copy; one for all workers."""
    own = tmp_path_factory.getbasetemp()
    return indexed_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture
def judge() -> ScriptedJudge:
    """A judge that says what the test tells it to."""
    return ScriptedJudge()


@pytest.fixture
def store() -> MemoryStore:
    """An event store that a test can look into."""
    return MemoryStore()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that moves when told to."""
    return FixedClock()


@pytest.fixture
def coach(catalog: Catalog, prompts: Prompts, judge: ScriptedJudge, store: MemoryStore, clock: FixedClock) -> Coach:
    """A real coach over fakes."""
    return Coach(
        catalog=catalog,
        engines={"offline": engine(judge, prompts)},
        default_engine="offline",
        retriever=NoRetriever(),
        store=store,
        clock=clock,
    )


@pytest.fixture
def model() -> ModelJudge:
    """A model that says what the test tells it to."""
    return ModelJudge()


@pytest.fixture
def modelled(coach: Coach, model: ModelJudge, judge: ScriptedJudge, prompts: Prompts, store: MemoryStore) -> Coach:
    """The same coach with a model, which it asks first."""
    return Coach(
        catalog=coach.catalog,
        engines={each.name: engine(each, prompts) for each in (model, judge)},
        default_engine="llm",
        retriever=NoRetriever(),
        store=store,
        clock=coach._clock,
    )
