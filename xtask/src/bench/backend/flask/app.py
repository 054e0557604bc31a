"""What `cargo xtask bench backend` compares the server with: the task manager as a Flask
application that is as observable.

Tasks in PostgreSQL by Flask-SQLAlchemy; spans and log records over OTLP/HTTP; a JSON line
per request on stdout; Prometheus metrics. gunicorn.conf.py says how it is served.

It does less than the server: no counts beside a list, no validation beyond the columns'
own, no limits, no error bodies, no trace store. Where there is a choice, the faster of
what is usual was taken, and the reason is beside it.
"""

import json
import logging
import os
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, abort, g, request
from flask_sqlalchemy import SQLAlchemy
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import BigInteger, DateTime, Identity, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# No debug mode, which is Flask's default.
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
# A connection for each of a worker's threads: none waits, and none is opened under load.
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 4, "max_overflow": 0}


class Base(DeclarativeBase):
    pass


# Without it, a commit forgets what was inserted, and answering would select it again.
db = SQLAlchemy(app, model_class=Base, session_options={"expire_on_commit": False})


class Task(db.Model):
    """The columns of migrations/postgres."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    completed: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def as_dict(self):
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "completed": self.completed,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


# Once, in gunicorn's master. No connection may be carried into its workers.
with app.app_context():
    db.create_all()
    db.engine.dispose()


class JsonLines(logging.Formatter):
    """The fields of a request, with its trace."""

    def format(self, record):
        return json.dumps({
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "message": record.getMessage(),
            "trace_id": record.otelTraceID,
            "span_id": record.otelSpanID,
            "method": record.method,
            "route": record.route,
            "path": record.path,
            "status": record.status,
            "duration_ms": record.duration_ms,
        })


access = logging.getLogger("access")
access.setLevel(logging.INFO)
lines = logging.StreamHandler(sys.stdout)
lines.setFormatter(JsonLines())
access.addHandler(lines)

REQUESTS = Counter("http_requests_total", "Requests.", ["method", "endpoint", "status"])
DURATION = Histogram("http_request_duration_seconds", "Durations.", ["method", "endpoint"])


@app.before_request
def begin():
    g.start = time.perf_counter()


@app.after_request
def observe(response):
    duration = time.perf_counter() - g.start
    route = request.url_rule.rule if request.url_rule else "none"
    REQUESTS.labels(request.method, route, response.status_code).inc()
    DURATION.labels(request.method, route).observe(duration)
    access.info("request", extra={
        "method": request.method,
        "route": route,
        "path": request.path,
        "status": response.status_code,
        "duration_ms": round(duration * 1000, 3),
    })
    return response


@app.get("/ready")
def ready():
    return "ready"


@app.get("/metrics")
def metrics():
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return Response(generate_latest(registry), mimetype="text/plain")


@app.get("/api/tasks")
def tasks():
    limit = min(request.args.get("limit", 50, type=int), 100)
    page = db.session.scalars(select(Task).order_by(Task.id.desc()).limit(limit))
    return {"tasks": [task.as_dict() for task in page]}


@app.get("/api/tasks/<int:number>")
def task(number):
    return (db.session.get(Task, number) or abort(404)).as_dict()


@app.post("/api/tasks")
def create():
    new, now = request.get_json(), datetime.now(UTC)
    task = Task(
        title=new["title"],
        description=new.get("description", ""),
        completed=new.get("completed", False),
        created_at=now,
        updated_at=now,
    )
    db.session.add(task)
    db.session.commit()
    return task.as_dict(), 201
