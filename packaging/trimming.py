"""What goes into the built program that PyInstaller does not see, and what of the rest stays out.

Each line was tried: the self-test of the built program passes with it, and not otherwise, or
(for what is left out) as well.
"""

from __future__ import annotations

import re
from pathlib import PurePath

LOADED_LATE = (
    "milvus_lite",
    "imagecodecs",
    "psd_tools",
    "keyring.backends",
    "rapidocr",
    "openvino",
    "PIL",
    "tifffile",
    "send2trash",
    "encodings",
)
"""Packages that import parts of themselves by name."""

EXCLUDED_MODULES = (
    *("tkinter", "IPython", "jedi", "matplotlib", "pytest", "_pytest", "hypothesis", "notebook"),
    *(
        "tensorboard",
        "torch.utils.tensorboard",
        "onnx",
        "onnxscript",
        "onnxruntime",
        "triton",
        "pandas.tests",
    ),
    "hf_xet",  # another way to download than Plantain's own (desktop/embedding/models/hub.py)
    # Kinds of packing that no TIFF has, with libraries of their own.
    *(f"imagecodecs._{kind}" for kind in ("avif", "blosc", "blosc2", "htj2k", "lzham", "meshopt")),
    *(f"imagecodecs._{kind}" for kind in ("pcodec", "sperr", "sz3", "ultrahdr", "zfp", "zopfli")),
    "openvino_telemetry",  # see desktop/core/telemetry.py
    "faiss",  # indexes of Milvus Lite that Plantain never makes in a file: it ranks from memory
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtDesigner"),
    *("PySide6.QtHelp", "PySide6.QtSql", "PySide6.QtTest", "PySide6.QtUiTools", "PySide6.QtDBus"),
    *("pyright", "ruff", "babel", "PyInstaller", "setuptools", "pip", "wheel", "numpy.tests"),
)

OF_PYTORCH = (
    *("torch", "torchvision", "torchgen", "functorch", "open_clip", "open_clip_torch", "timm"),
    *("sympy", "mpmath", "networkx"),
)
"""Modules and distributions that the slim edition comes without. Of open_clip it keeps the data
files: the vocabulary, and the sizes of the architectures."""

_LEFT_OUT = re.compile(
    "|".join(
        (
            r"torch/(test|include|share)/.*",
            # Sources of what is there compiled; those of networks stay, TorchScript reads them, and
            # those of settings, in which torch reads the comments.
            r"torch/(_dynamo|_inductor|distributed|onnx|testing)/(?!(.*/)?_?config[.]py).*[.]py",
            r"torch/_inductor/.*[.]jinja",
            # Licences are in the notices, and nobody uninstalls from a built program.
            r"[^/]+[.]dist-info/(RECORD|licenses/.*|LICEN[CS]E[^/]*|NOTICE[^/]*|AUTHORS[^/]*)",
            r"torch/lib/libtorchbind_test.*|torch/lib/lib(backend_with_compiler|jitbackend_test|"
            r"aoti_custom_ops|torchbind_test).*|torch/bin/(?!torch_shm_manager).*",
            r"(.*/)?lib(nvrtc|cudart|cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|nvToolsExt)[-._].*",
            r"pyarrow/(include|tests|src)/.*",
            # What converts and runs elsewhere than on the processor; on Windows the compiler for
            # neural processors alone has 100 MB.
            r"openvino/(include|cmake)/.*|(openvino/libs/)?(lib)?openvino_"
            r"((auto_batch|auto|hetero|intel_gpu|proxy)_plugin|intel_npu_[a-z_]+)[.].*",
            r"(openvino/libs/)?(lib)?openvino_(gguf|jax|paddle|tensorflow|tensorflow_lite)_"
            r"frontend[.].*|(openvino/libs/)?(lib)?(openvino_c|npu_).*|openvino/libs/cache[.]json",
            # Of clouds and of other programs, which Milvus Lite's files on this disk do not need.
            r"(pyarrow/)?(lib)?arrow_(flight|s3)[.].*|pyarrow/_(flight|s3fs|gcsfs|azurefs|hdfs)\..*",
            r"(pyarrow/)?(lib)?arrow_python_flight[.].*",
            # By which OpenCV would open films on Windows, which nobody asks it to.
            r"(cv2/)?opencv_videoio_ffmpeg.*",
            # The same under the names by which programs would be linked to it.
            r"(pyarrow/)?libarrow_python(_parquet_encryption)?[.]so([.]\d+[.]\d+[.]\d+)?",
            r"torchvision/(_C|image)\..*|torchvision\.libs/.*",
            r"PySide6/Qt/plugins/platformthemes/libqgtk3.*",
            r"PySide6/(Qt/)?plugins/(egldeviceintegrations|qmltooling|sqldrivers|generic)/.*",
            r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay).*",
            r"PySide6/(Qt/)?translations/(?!(qt|qtbase)_zh_CN[.]).*",
            r"PySide6/(Qt/)?(qml|metatypes|modules)/.*|PySide6/(include|typesystems|glue|scripts)/.*",
            r"(PySide6/(Qt/lib/)?)?(lib)?Qt6?(Qml|Quick|EglF[sS]|Designer|Sql|Test|Labs|Help).*",
            # What that of GTK would need.
            r"lib(gtk-3|gdk-3|atk-1\.0|cairo|cairo-gobject|gdk_pixbuf-2\.0|pixman-1)\.so.*",
            r"lib(pango|pangocairo|pangoft2)-1\.0\.so.*",
            r"lib(harfbuzz|thai|datrie|fribidi|graphite2)\.so.*",
            r".*/(tests?|testing_data)/.*\.(npy|npz|png|jpg|csv|pkl|json|dat|mat|f|f90|c)",
            r".*\.(pyi|pxd|pxi|pyx|h|hpp|cuh|cu|a|lib|pdb|cmake)",
        )
    )
)


def is_left_out(place: str) -> bool:
    """True for a file of the bundle, by its path in it, that the program does not need."""
    return _LEFT_OUT.fullmatch(PurePath(place).as_posix()) is not None


def is_stripped(place: str) -> bool:
    """True for a shared library that loses its symbols without harm.

    Those in ``*.libs`` do not: OpenBLAS, for one, does not load after it.
    """
    path = PurePath(place)
    is_library = ".so" in path.name
    return is_library and not any(part.endswith(".libs") for part in path.parts)
