"""The extensions, made once and bound to an app by the factory."""

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_sqlalchemy_lite import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect

db = SQLAlchemy()
babel = Babel()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
talisman = Talisman()
