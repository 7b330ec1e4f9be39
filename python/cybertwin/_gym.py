"""Gymnasium's classes where it is installed, else small ones of the same names."""

from __future__ import annotations

from . import _standin

try:
    import gymnasium
except ImportError:
    gymnasium = None  # type: ignore[assignment]

if gymnasium is None:
    from . import _standin as spaces

    AutoresetMode = _standin.AutoresetMode
    BaseEnv = _standin.BaseEnv
    BaseVectorEnv = _standin.BaseVectorEnv
    batch_space = _standin.batch_space
else:
    try:
        from gymnasium.vector import AutoresetMode  # type: ignore[no-redef]
    except ImportError:
        raise ImportError(f"gymnasium {gymnasium.__version__} is too old for cybertwin: install 1.1 or later") from None
    from gymnasium import Env as BaseEnv  # type: ignore[no-redef]
    from gymnasium import spaces  # type: ignore[no-redef]
    from gymnasium.vector import VectorEnv as BaseVectorEnv  # type: ignore[no-redef]
    from gymnasium.vector.utils import batch_space  # type: ignore[no-redef]

__all__ = ["AutoresetMode", "BaseEnv", "BaseVectorEnv", "batch_space", "spaces"]
