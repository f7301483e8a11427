// Package web is the edge: it registers documented operations (huma on
// net/http), decides who may call them, checks requests strictly, answers
// errors as RFC 9457 problems and repeats answers for repeated
// Idempotency-Keys. Kit.
package web

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of the edge: stored answers.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "kit_web", FS: sub}
}

// Prefix is where the API lives.
const Prefix = "/api/v1"

// bodyTime bounds the reading of a body. When it ends net/http also cancels a
// command that is still running, so it is long; the 5 s of huma cut off
// whoever had to wait for the database.
const bodyTime = 5 * time.Minute

// Deps is what the edge needs from above it.
type Deps struct {
	DB  *db.DB
	Log *slog.Logger
	// Authenticate turns a session token into its actor; the zero Actor means
	// the token is not valid (any more).
	Authenticate func(ctx context.Context, token, address string) (actor.Actor, error)
	// Project reports whether a project is there: a grant on all projects is one
	// on those that are. nil believes in every project.
	Project func(ctx context.Context, project id.ID) (bool, error)
	// Refused is told of every refusal, to be written to the audit log.
	Refused func(ctx context.Context, who actor.Actor, operation, what string, project id.ID, status int)
	// Missing says in words which right somebody lacks and who has it; nil
	// leaves the general sentence.
	Missing func(ctx context.Context, who actor.Actor, p actor.Permission, project id.ID) string
	// Proxies are believed when they say whom they have seen.
	Proxies Proxies
	// Ring keeps the answers of operations with Secrets; nil keeps none of them.
	Ring *crypt.Ring
	// Fallback serves everything outside the API: the console.
	Fallback http.Handler
	Version  string
}

// Server collects the operations of all rooms.
type Server struct {
	deps    Deps
	mux     *http.ServeMux
	api     huma.API
	secrets map[string]bool  // patterns of operations with Secrets
	open    map[string]bool  // and of those that need no session
	bodies  map[string]int64 // and the bytes a form may have
	forms   map[string]bool  // of operations with Form
}

// New makes an empty server.
func New(d Deps) *Server {
	speakChinese()
	mux := http.NewServeMux()
	c := huma.DefaultConfig("邻里 Linli", d.Version)
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.Info.Description = "物业管理系统邻里的接口。金额为整数分，编号为字符串，时间为东八区。错误为 RFC 9457，2xx 已完成，4xx 一定未做，5xx 或超时结果未知，请用同一 Idempotency-Key 重试。"
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: CookieName},
		"bearer":  {Type: "http", Scheme: "bearer"},
	}
	s := &Server{deps: d, mux: mux, api: humago.New(mux, c), secrets: map[string]bool{}, open: map[string]bool{}, bodies: map[string]int64{}, forms: map[string]bool{}}
	return s
}

// schemaName puts the room before the type: two rooms may both have a "list".
func schemaName(t reflect.Type, hint string) string {
	named := t
	for named.Kind() == reflect.Pointer || named.Kind() == reflect.Slice {
		named = named.Elem()
	}
	name := strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "JSON")
	room := path.Base(named.PkgPath())
	if room == "." || room == "web" || strings.HasPrefix(strings.ToLower(name), room) {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// API is the document of all operations, for the golden file and the
// authorisation matrix.
func (s *Server) API() *huma.OpenAPI { return s.api.OpenAPI() }

// Op describes one operation. A path with {project} is a project route.
type Op struct {
	ID         string           // stable, kebab-case, unique
	Method     string           // GET, POST, PATCH, PUT, DELETE
	Path       string           // below Prefix
	Summary    string           // Chinese, what it does
	Tag        string           // room
	Permission actor.Permission // empty: any signed-in person (who sees the project)
	Buildings  bool             // honours rights that are limited to buildings; without it they are refused
	Public     bool             // no session needed; listed in one place by the arch test
	Hidden     bool             // without a session it is not there (404): what people pass on as a link
	Status     int              // success status, 0 = 200 (204 without body)
	MaxBody    int64            // bytes, 0 = 1 MiB
	Secrets    bool             // body or answer hold a password or a token: digests are keyed, and what is stored of the answer is sealed
	Quiet      bool             // nobody being signed in is an answer and no refusal: the audit log is not told
	Form       bool             // the body is what a form sends (application/x-www-form-urlencoded), as raw bytes
}

func (op *Op) extensions() map[string]any {
	out := map[string]any{"x-permission": string(op.Permission), "x-public": op.Public}
	if op.Buildings {
		out["x-buildings"] = true
	}
	if op.Hidden {
		out["x-hidden"] = true
	}
	return out
}

// Handle registers one operation. The handler gets who calls; the permission
// is checked before it runs.
func Handle[I, O any](s *Server, op Op, h func(ctx context.Context, who actor.Actor, in *I) (*O, error)) {
	o := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: Prefix + op.Path, Summary: op.Summary,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, BodyReadTimeout: bodyTime,
		Extensions:  op.extensions(),
		Errors:      []int{400, 401, 403, 404, 409, 422, 429, 500, 503},
		Middlewares: huma.Middlewares{s.authorise(op)},
	}
	if !op.Public {
		o.Security = []map[string][]string{{"session": {}}, {"bearer": {}}}
	}
	huma.Register(s.api, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, actor.From(ctx), in)
		if err != nil {
			return nil, s.problem(ctx, op.ID, err)
		}
		return out, nil
	})
	s.plainIDs(o.Path, op.Method)
	pattern := op.Method + " " + o.Path
	s.secrets[pattern], s.open[pattern], s.bodies[pattern], s.forms[pattern] = op.Secrets, op.Public, op.MaxBody, op.Form
}

// plainIDs lets ids stand in paths and queries: huma parses such a parameter
// as the integer it is and would then refuse it for not being the string that
// the document promises, so the check is dropped and the document kept.
func (s *Server) plainIDs(route, method string) {
	item := s.api.OpenAPI().Paths[route]
	var o *huma.Operation
	switch method {
	case http.MethodGet:
		o = item.Get
	case http.MethodPost:
		o = item.Post
	case http.MethodPut:
		o = item.Put
	case http.MethodPatch:
		o = item.Patch
	case http.MethodDelete:
		o = item.Delete
	}
	for _, p := range o.Parameters {
		if p.Schema == nil || p.Schema.Pattern != id.Pattern {
			continue
		}
		shown := *p.Schema
		p.Schema.Type, p.Schema.Pattern = "", ""
		p.Schema.PrecomputeMessages()
		p.Schema = &shown
	}
}

// Date is a business date in a path or query.
type Date struct{ clock.Date }

// Month is a business month in a path or query.
type Month struct{ clock.Month }

// authorise is the one place that decides whether an operation may run.
func (s *Server) authorise(op Op) func(huma.Context, func(huma.Context)) {
	projectRoute := strings.Contains(op.Path, "{project}")
	return func(ctx huma.Context, next func(huma.Context)) {
		if op.Public {
			next(ctx)
			return
		}
		who := actor.From(ctx.Context())
		if who.Account == 0 {
			unknown := errSignIn
			if op.Hidden {
				unknown = fault.ErrNotFound
			}
			s.refuse(ctx, who, op, 0, unknown)
			return
		}
		var project id.ID
		if projectRoute {
			p, err := id.Parse(ctx.Param("project"))
			if err != nil || !who.Sees(p) {
				s.refuse(ctx, who, op, p, errNoProject)
				return
			}
			if there, err := s.there(ctx.Context(), p); err != nil {
				s.fail(ctx, op, err)
				return
			} else if !there {
				s.refuse(ctx, who, op, 0, errNoProject)
				return
			}
			project = p
		}
		if e := op.lacks(who, project); e != nil {
			s.refuse(ctx, who, op, project, e)
			return
		}
		next(huma.WithValue(ctx, projectKey{}, project))
	}
}

// lacks says what keeps somebody from the operation; nil is nothing. A right
// that is limited to buildings is enough only where the operation says that it
// honours them.
func (op *Op) lacks(who actor.Actor, project id.ID) *fault.Error {
	whole, part := who.Can(op.Permission, project), who.Somewhere(op.Permission, project)
	if op.Permission == "" {
		whole, part = project == 0 || who.SeesWhole(project), true // whoever is here sees something of it
	}
	switch {
	case whole || part && op.Buildings:
		return nil
	case part:
		return actor.ErrBuildings
	}
	return actor.ErrForbidden
}

// projectKey is where a request's context keeps the project of its route.
type projectKey struct{}

func (s *Server) there(ctx context.Context, project id.ID) (bool, error) {
	if s.deps.Project == nil {
		return true, nil
	}
	return s.deps.Project(ctx, project)
}

// Handler is the finished server: every check in front of the operations.
func (s *Server) Handler() http.Handler {
	api := s.idempotent(s.mux)
	api = s.boundForms(s.strictJSON(api))
	api = s.identify(api)
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, errCrossSite, "")
	}))
	api = sameSite(csrf.Handler(api))
	root := http.NewServeMux()
	root.Handle("/api/", readable(api))
	root.HandleFunc("GET /healthz", s.health)
	if s.deps.Fallback != nil {
		root.Handle("/", s.deps.Fallback)
	}
	return s.outermost(root)
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if err := s.deps.DB.Ping(r.Context()); err != nil {
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}
