from ..properties import st

MAX_DEALS = 4
DEAL, STAGE, KEY = st.integers(0, MAX_DEALS - 1), st.integers(0, 6), st.integers(0, 2)
