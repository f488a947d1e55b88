"""A lesson that keeps every rule, to be broken one rule at a time."""

from pathlib import Path

from labkit.authoring.content import Content

LESSON = """\
# ---
# jupyter:
#   labkit:
#     minutes: 5
#     capabilities: [real-pods]
# ---

# %% [markdown]
# # A lesson
#
# **About 5 minutes.**

# %% [markdown]
# ## What you will be able to do
#
# The first cell prints nothing.

# %%
from labkit.notebook import check, hint, reset, solution, start

# %% [markdown]
# Leave these.

# %% tags=["parameters"]
engine = "local"
attendee = "me"
namespace = "me-00"

# %% [markdown]
# Expect a list.

# %%
# !kubectl get pods -n {namespace}

# %% [markdown]
# The task:

# %%
start("greet")

# %% [markdown]
# Work here.

# %% tags=["attendee"] exercise="greet"
# # !kubectl apply -f greet/card.yaml

# %% [markdown]
# Where are you?

# %%
check("greet")

# %% [markdown]
# Help:

# %% tags=["help"]
# hint("greet")
# solution("greet")

# %% [markdown]
# ## Recap
#
# You greeted.

# %% [markdown]
# ## Quiz
#
# <details><summary>Answer</summary>one</details>
# <details><summary>Answer</summary>two</details>
"""

EXERCISE = '''\
id = "greet"
title = "Greet somebody"
task = """Say hello to table ${table}."""
hints = ["Look up.", "Open your mouth.", "Breathe out."]

[[criterion]]
id = "greeted"
weight = 10
text = "Somebody was greeted"
'''


def work_tree(root: Path, lesson: str = LESSON) -> Content:
    """A folder with one lesson and its exercise, as in the repository."""
    content = Content(root)
    content.sources.mkdir(parents=True)
    (content.sources / "00-setup.py").write_text(lesson)
    folder = content.exercises / "00-setup" / "greet"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(EXERCISE)
    (folder / "check_greet.py").write_text('seen = say("Nobody was greeted, {n} waited.", n=1)\n')
    return content


def source_of(content: Content) -> Path:
    return content.sources / "00-setup.py"
