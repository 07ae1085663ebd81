package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// external is the data source of the same name.
type external struct{}

// model is what a block says, and what is read.
type model struct {
	Program    []types.String          `tfsdk:"program"`
	WorkingDir types.String            `tfsdk:"working_dir"`
	Query      map[string]types.String `tfsdk:"query"`
	Result     map[string]string       `tfsdk:"result"`
	ID         types.String            `tfsdk:"id"`
}

func (external) Metadata(_ context.Context, _ datasource.MetadataRequest, answer *datasource.MetadataResponse) {
	answer.TypeName = "external"
}

func (external) Schema(_ context.Context, _ datasource.SchemaRequest, answer *datasource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"program":     schema.ListAttribute{ElementType: types.StringType, Required: true},
		"working_dir": schema.StringAttribute{Optional: true},
		"query":       schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"result":      schema.MapAttribute{ElementType: types.StringType, Computed: true},
		"id":          schema.StringAttribute{Computed: true},
	}}
}

func (external) Read(ctx context.Context, request datasource.ReadRequest, answer *datasource.ReadResponse) {
	var read model
	answer.Diagnostics.Append(request.Config.Get(ctx, &read)...)
	if answer.Diagnostics.HasError() {
		return
	}
	fail := func(summary, detail string) {
		answer.Diagnostics.AddAttributeError(path.Root("program"), summary, detail)
	}
	// Words that are null or empty do not count, of the program as of the query.
	var words []string
	for _, word := range read.Program {
		if word.ValueString() != "" {
			words = append(words, word.ValueString())
		}
	}
	if len(words) == 0 {
		fail("External Program Missing", "The list of words of the program is empty.")
		return
	}
	query := map[string]string{}
	for name, value := range read.Query {
		if !value.IsNull() {
			query[name] = value.ValueString()
		}
	}
	stdin, err := json.Marshal(query)
	if err != nil {
		fail("Query Handling Error", err.Error())
		return
	}

	program := exec.CommandContext(ctx, words[0], words[1:]...)
	program.Dir = read.WorkingDir.ValueString()
	program.Stdin = bytes.NewReader(stdin)
	stdout, err := program.Output()
	if err != nil {
		summary, detail := failure(program, err)
		fail(summary, detail)
		return
	}
	err = json.Unmarshal(stdout, &read.Result)
	if err == nil && read.Result == nil {
		err = errors.New("null is no object")
	}
	if err != nil {
		fail("Unexpected External Program Results", fmt.Sprintf(
			"The program must write one JSON object of strings.\n\nProgram: %s\nResult Error: %s", program.Path, err))
		return
	}
	read.ID = types.StringValue("-")
	answer.Diagnostics.Append(answer.State.Set(ctx, &read)...)
}

// failure is what a person reads of a program that did not start, or did not end well. Title, "Program", "Error
// Message" and "State" are as in the original.
func failure(program *exec.Cmd, err error) (summary, detail string) {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return "External Program Lookup Failed",
			fmt.Sprintf("The program cannot be run.\n\nProgram: %s\nError: %s", program.Path, err)
	}
	said := strings.TrimSpace(string(ended.Stderr))
	if said == "" {
		return "External Program Execution Failed", fmt.Sprintf(
			"The program failed and said nothing.\n\nProgram: %s\nState: %s", program.Path, err)
	}
	return "External Program Execution Failed", fmt.Sprintf(
		"The data source received an unexpected error while attempting to execute the program.\n\n"+
			"Program: %s\nError Message: %s\nState: %s", program.Path, said, err)
}
