package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Problem is an RFC 9457 answer.
type Problem struct {
	Type   string         `json:"type" example:"about:blank"`
	Title  string         `json:"title" doc:"HTTP 状态的名称"`
	Status int            `json:"status"`
	Code   string         `json:"code" doc:"稳定的错误代码，供程序判断"`
	Detail string         `json:"detail" doc:"给人看的一句话：发生了什么，接下来怎么办"`
	Trace  string         `json:"trace,omitempty" doc:"错误编号，报障时提供"`
	Errors []ProblemField `json:"errors,omitempty" doc:"哪个输入错了"`
}

// ProblemField names one wrong input.
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
	Value    any    `json:"value,omitempty"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType marks the answer as a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var (
	errSignIn    = fault.New(fault.Unauthenticated, "sign_in", "登录已失效，请重新登录")
	errNoProject = fault.New(fault.NotFound, "project_not_found", "没有这个项目，或您不负责这个项目")
	errCrossSite = fault.New(fault.Forbidden, "cross_site", "请求不是从本系统的页面发出的，已拒绝")
	errInput     = fault.New(fault.Invalid, "input_invalid", "有填写不对的地方，请按提示修改")
	errShape     = fault.New(fault.Malformed, "input_malformed", "请求里有类型或编号写得不对的内容")
	errJSON      = fault.New(fault.Malformed, "json_invalid", "请求内容不是规范的 JSON")
	errBodyLarge = fault.New(fault.TooLarge, "body_too_large", "请求内容超过 1 MiB")
	errBodySlow  = fault.New(fault.TooSlow, "body_too_slow", "请求内容没有按时送到，请再试")
	errFormLarge = fault.New(fault.TooLarge, "body_too_large", "上传的内容过大")
	errKeyReused = fault.New(fault.Conflict, "idempotency_key_reused", "同一个 Idempotency-Key 用在了不同的请求上，请换一个")
	errKeyBad    = fault.New(fault.Malformed, "idempotency_key_invalid", "Idempotency-Key 应为 1–100 个可见字符")
)

func status(k fault.Kind) int {
	switch k {
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.TooSlow:
		return http.StatusRequestTimeout
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

func newProblem(e *fault.Error) *Problem {
	code := status(e.Kind)
	p := &Problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Code: e.Code, Detail: e.Text}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, ProblemField{f.Location, f.Message, f.Value})
	}
	return p
}

// problem is the one table from errors to answers. What is not a fault is
// logged whole and answered without detail.
func (s *Server) problem(ctx context.Context, op string, err error) error {
	if e := fault.As(err); e != nil && e.Kind != fault.Internal {
		p := newProblem(e)
		if errors.Is(e, actor.ErrForbidden) && len(e.Fields) > 0 {
			project, _ := ctx.Value(projectKey{}).(id.ID)
			s.explain(ctx, p, actor.From(ctx), actor.Permission(e.Fields[0].Message), project)
		}
		return p
	}
	trace := s.deps.DB.IDs().New().String()
	if errors.Is(err, context.Canceled) {
		return &Problem{Type: "about:blank", Title: "Client Closed Request", Status: 499, Code: "canceled", Detail: "请求已取消", Trace: trace}
	}
	level := slog.LevelError
	if ctx.Err() != nil {
		level = slog.LevelInfo // the client has gone in the middle
	}
	s.deps.Log.LogAttrs(ctx, level, "request failed", slog.String("operation", op), slog.String("trace", trace), slog.Any("error", err))
	return &Problem{Type: "about:blank", Title: http.StatusText(500), Status: 500, Code: "internal",
		Detail: "没能完成，结果未知；您填的内容还在，请重试一次，仍不行请把错误编号告诉管理员", Trace: trace}
}

// refuse answers a refusal and tells the audit log.
func (s *Server) refuse(ctx huma.Context, who actor.Actor, op Op, project id.ID, e *fault.Error) {
	p := newProblem(e)
	if s.deps.Refused != nil && !(op.Quiet && p.Status == http.StatusUnauthorized) {
		s.deps.Refused(ctx.Context(), who, op.ID, op.Summary, project, p.Status)
	}
	if errors.Is(e, actor.ErrForbidden) && op.Permission != "" {
		p.Errors = []ProblemField{{Location: "permission", Message: string(op.Permission)}}
		s.explain(ctx.Context(), p, who, op.Permission, project)
	}
	s.answer(ctx, p)
}

// explain names the missing right and who has it.
func (s *Server) explain(ctx context.Context, p *Problem, who actor.Actor, right actor.Permission, project id.ID) {
	if s.deps.Missing != nil {
		p.Detail = s.deps.Missing(ctx, who, right, project)
	}
}

// fail answers an error that came before the handler.
func (s *Server) fail(ctx huma.Context, op Op, err error) {
	if p, ok := s.problem(ctx.Context(), op.ID, err).(*Problem); ok {
		s.answer(ctx, p)
	}
}

func (s *Server) answer(ctx huma.Context, p *Problem) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	if err := json.NewEncoder(ctx.BodyWriter()).Encode(p); err != nil {
		s.deps.Log.LogAttrs(ctx.Context(), slog.LevelDebug, "answer not delivered", slog.Any("error", err))
	}
}

func writeProblem(w http.ResponseWriter, e *fault.Error, retryAfter string) {
	p := newProblem(e)
	w.Header().Set("Content-Type", "application/problem+json")
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // a client that has gone away needs no answer
}

// What is said of a value of the wrong type.
const (
	msgString, msgBoolean = "应为文字", "应为 true 或 false"
	msgInteger, msgNumber = "应为整数", "应为数字"
	msgArray, msgObject   = "应为列表", "应为一组字段"
	msgRequired           = "缺少必填项 "
)

// misshapen tells a value no form could have sent (400: another type, a number
// out of range, no id) from one that a person filled in wrongly (422).
func misshapen(d *huma.ErrorDetail) bool {
	switch d.Message {
	case msgString, msgBoolean, msgInteger, msgNumber, msgArray, msgObject, "格式应为 " + id.Pattern:
		return true
	}
	for _, start := range []string{"json: ", "id \"", "invalid value: id ", "invalid integer", "invalid float", "invalid boolean"} {
		if strings.HasPrefix(d.Message, start) {
			return true
		}
	}
	return false
}

// speakChinese hands huma our problem shape and our words; the hooks of the
// library are package variables, so this is done once per server.
func speakChinese() {
	huma.NewError = func(code int, msg string, errs ...error) huma.StatusError {
		p := &Problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Code: "http_" + strconv.Itoa(code), Detail: msg}
		switch code {
		case http.StatusUnprocessableEntity:
			p.Code, p.Detail = errInput.Code, errInput.Text
		case http.StatusBadRequest:
			p.Code, p.Detail = errJSON.Code, errJSON.Text
		case http.StatusUnsupportedMediaType:
			p.Code, p.Detail = "media_type", "请求内容的类型不对，应为 application/json"
		case http.StatusRequestEntityTooLarge:
			p.Code, p.Detail = "body_too_large", "请求内容过大"
		}
		for _, err := range errs {
			var d *huma.ErrorDetail
			if errors.As(err, &d) {
				if strings.Contains(d.Message, "request body too large") {
					p.Status, p.Title, p.Code, p.Detail = http.StatusRequestEntityTooLarge, http.StatusText(http.StatusRequestEntityTooLarge), errFormLarge.Code, errFormLarge.Text
					p.Errors = nil
					return p
				}
				if code == http.StatusUnprocessableEntity && misshapen(d) {
					p.Status, p.Title, p.Code, p.Detail = http.StatusBadRequest, http.StatusText(http.StatusBadRequest), errShape.Code, errShape.Text
				}
				p.Errors = append(p.Errors, field(d))
			} else if err != nil {
				p.Errors = append(p.Errors, ProblemField{Message: err.Error()})
			}
		}
		return p
	}
	huma.ValidateStrictCasing = true // or {"amount":1,"AMOUNT":-1} passes by its first and acts by its second
	validation.MsgExpectedString, validation.MsgExpectedBoolean = msgString, msgBoolean
	validation.MsgExpectedInteger, validation.MsgExpectedNumber = msgInteger, msgNumber
	validation.MsgExpectedArray, validation.MsgExpectedObject = msgArray, msgObject
	validation.MsgUnexpectedProperty = "不认识的字段"
	validation.MsgExpectedMinLength = "至少 %d 个字"
	validation.MsgExpectedMaxLength = "最多 %d 个字"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedRequiredProperty = msgRequired + "%s"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedMinItems = "至少 %d 项"
	validation.MsgExpectedOneOf = "应为以下之一：%s"
	validation.MsgExpectedBePattern = "格式应为 %s"
	validation.MsgExpectedMatchPattern = "格式应为 %s"
}

// field names a wrong input. Passwords and personal data are not repeated: the
// answer may be stored under its Idempotency-Key.
func field(d *huma.ErrorDetail) ProblemField {
	if name, lacks := strings.CutPrefix(d.Message, msgRequired); lacks {
		return ProblemField{Location: d.Location + "." + name, Message: d.Message}
	}
	if strings.HasPrefix(d.Message, "json: ") || d.Location == "body" && d.Value != nil {
		return ProblemField{Location: d.Location, Message: "有数字或编号写得不对"}
	}
	if strings.HasPrefix(d.Message, "invalid ") && misshapen(d) {
		return ProblemField{d.Location, "有数字或编号写得不对", shorten(d.Value)}
	}
	for _, secret := range []string{"password", ".old", "phone", "id_number"} {
		if strings.HasSuffix(d.Location, secret) {
			return ProblemField{Location: d.Location, Message: d.Message}
		}
	}
	return ProblemField{d.Location, d.Message, shorten(d.Value)}
}

// shorten keeps a refused value from filling the answer.
func shorten(v any) any {
	if s, ok := v.(string); ok && utf8.RuneCountInString(s) > 200 {
		return string([]rune(s)[:200]) + "…"
	}
	switch v.(type) {
	case map[string]any, []any:
		return nil
	}
	return v
}
