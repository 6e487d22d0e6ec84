"""NumPy and scikit-learn count on one thread, as the package has them do.

To be imported before they are: each worker has a core, and threads that wait for one
another in turns cost ten times what they compute.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
