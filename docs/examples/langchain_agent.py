"""A LangChain agent with three of the tools; what a tool finds comes as JSON, the record itself as the artifact."""

import os

from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_openai import ChatOpenAI

from shortcast_agent.langchain_tools import as_langchain_tools
from shortcast_tools import TOOLS

chosen = {name: TOOLS[name] for name in ("forecast_views", "explain_forecast", "suggest_changes")}
agent = create_agent(ChatOpenAI(model=os.environ["MODEL"]), as_langchain_tools(chosen, files=[]))

question = 'Will my Short "I tried the 3-second latte trick" do well? I have 12,000 followers.'
answer = agent.invoke({"messages": [{"role": "user", "content": question}]})
for message in answer["messages"]:
    if isinstance(message, ToolMessage):
        print(message.name, type(message.artifact).__name__)
print(answer["messages"][-1].text)
